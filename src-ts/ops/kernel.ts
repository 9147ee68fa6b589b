import type { Flavour } from './flavour.ts'

/** Element of an integer tensor of activations, as AssemblyScript names it: the type argument of kernels that know several. */
export interface Element {
  readonly name: 'i8' | 'i16'
  readonly bytes: 1 | 2
}

/** What a kernel is chosen for. */
export interface KernelTarget {
  readonly flavour: Flavour
  /** Element of the node's first data input. */
  readonly element: Element
  /** 'speed' allows tables and transformed weights; 'size' keeps file and memory small (`holter compile --small`). */
  readonly goal: 'speed' | 'size'
}

/**
 * One way of computing a node. The plan (src-ts/plan) takes the cheapest of an op's kernels that fits the node and the flavour.
 * A kernel that an op shares with others or has beside others lives in ops/kernels/<name>.ts; it is listed in its op's `kernels`.
 */
export interface Kernel<Prepared = any> {
  /** What a plan calls it, in kebab-case. */
  readonly name: string
  /** Flavours that have it; all of them where this is absent. */
  readonly flavours?: readonly Flavour[]
  /** Whether it computes this node; it computes every node of its op where this is absent. */
  fits?(prepared: Prepared, on: KernelTarget): boolean
  /**
   * Estimated nanoseconds of one inference on the processor that docs/kernels.md names: only ratios between kernels of one flavour matter.
   * A kernel without a cost is taken where no kernel with a cost fits; of several the last.
   */
  cost?(prepared: Prepared, on: KernelTarget): number
  /** Bytes of working memory in the arena while the node runs. */
  scratchBytes?(prepared: Prepared, on: KernelTarget): number
  /** Bytes outside the arena that live as long as the module: what start-up work makes, such as transformed weights. */
  reservedBytes?(prepared: Prepared, on: KernelTarget): number
  /**
   * Whether it reads (writes) rows of the last axis that do not lie side by side, and takes their distance from `Emitter.inputPitch`
   * (`outputPitch`). A plan lets parts of a concatenation lie in it only where the kernels around can.
   */
  pitch?(prepared: Prepared, on: KernelTarget): { readonly inputs?: boolean; readonly output?: boolean }
  /** Data inputs whose place the output may take: no byte is written before all that read it have done so. */
  inPlace?(prepared: Prepared, on: KernelTarget): readonly number[]
  /** Lines of AssemblyScript that run the node: calls of functions in src-as with the shapes' numbers, or straight-line text. */
  emit(prepared: Prepared, to: Emitter): string
}

/** What `emit` may ask of the code generator. All addresses are byte offsets in linear memory, known when the text is made. */
export interface Emitter extends KernelTarget {
  /** Address of the node's i-th data input in the arena. */
  input(i: number): number
  output(i: number): number
  /** Bytes from one row of the last axis of the i-th data input to the next; the row's own length unless the input is a part of a wider tensor. */
  inputPitch(i: number): number
  outputPitch(i: number): number
  /** Address of the node's scratch bytes (asked for by `scratchBytes`), aligned to 16. */
  scratch(): number
  /** Address of the bytes asked for by `reservedBytes`, aligned to 16; they are zero until start-up code writes them. */
  reserved(): number
  /** Places constant bytes in a data segment, aligned to `align`, and returns their address. Equal bytes share one place. */
  data(bytes: ArrayBufferView, align: number): number
  /** Address of bytes that are zero until start-up code writes them, aligned to 16; the module's file does not hold them. */
  space(bytes: number): number
  /**
   * Places bytes that kernels read with the offset CONSTANTS, `load<i8>(address, CONSTANTS)`, and returns their address without it:
   * firmware reads them from flash, and only so read bytes need no RAM there.
   */
  readOnly(bytes: ArrayBufferView, align: number): number
  /** Sets bits of the global constant `name`, by which functions of src-as leave out what no node needs. */
  need(name: string, bits: number): void
  /** Exports a function of src-as/<file>.ts from a firmware module, so that a device can bind native code in its place. */
  exported(file: string, name: string): void
  /** Imports a function of src-as/<file>.ts for text of the kernel's own, and returns its name. */
  use(file: string, name: string): string
  /** Adds a function that nodes share, and returns its name: `name`, or that with a number where another text has taken it. */
  define(name: string, text: (name: string) => readonly string[]): string
  /**
   * Returns the text of a call of a function of src-as/<file>.ts and imports it; `name` may have type arguments, `move<i8>`.
   * Arguments come in named groups, so that a person can read them: ['input', address, …shape].
   */
  call(file: string, name: string, args: readonly (readonly [string, ...number[]])[]): string
  /** Adds lines that run when the module is instantiated and whenever a stream begins: networks with states only. */
  atReset(text: string): void
  /** Adds lines that run once, when the module is instantiated: `call` makes them. */
  atStart(text: string): void
}
