import { ByteBuffer } from 'flatbuffers'
import { HolterError, type Problem } from '../errors.ts'
import type { OptionsReader } from '../ops/op.ts'
import { foreignModel } from './foreign.ts'

/**
 * What every file may cost, however small: honest files of many small nodes need more than their share (TensorFlow 2.21 writes an
 * unrolled LSTM of 150 nodes in 44 KB, which decodes to 2.6 times that).
 */
const FREE_BYTES = 1 << 20
/** What one decoded table costs in memory, about. */
const TABLE_BYTES = 32
/** Memory that may be paid for, as a multiple of the file's size. */
const BUDGET = 2
const LONGEST_QUOTE = 60

/**
 * Bytes of a flatbuffer from anywhere. Every offset and length is checked before it is used, since the library checks none;
 * whatever is wrong throws HolterError of stage `tflite` with the file's name and the place.
 *
 * A hostile file can point to the same bytes a million times. So all that is decoded is paid for out of a budget of
 * 2 × the file's size, or 1 MiB where that is more, which a file without such tricks does not reach. Time and memory stay linear in the
 * size: what is counted costs up to twice as much in V8's heap (Node 24; temporary strings), so 4 × the size (or 2 MiB) is not passed.
 * Format: https://flatbuffers.dev/internals
 */
export class FlatFile {
  readonly name: string
  readonly size: number
  readonly buffer: ByteBuffer
  private budgetBytes: number

  constructor(bytes: Uint8Array, name: string, identifier: string) {
    this.name = name
    this.size = bytes.length
    this.buffer = new ByteBuffer(bytes)
    this.budgetBytes = Math.max(FREE_BYTES, BUDGET * bytes.length)
    const hint = 'Holter reads int8 TensorFlow Lite models'
    if (bytes.length < 8 || bytes.length > 0x7fffffff) {
      this.fail('', { problem: 'not a .tflite file', got: `${bytes.length} bytes`, expected: '8 bytes to 2 GB', hint })
    }
    const found = String.fromCharCode(...bytes.subarray(4, 8))
    if (found !== identifier) {
      const foreign = foreignModel(bytes, name)
      if (foreign) this.fail('', { problem: `this is ${foreign.what}, not a .tflite file`, hint: foreign.hint })
      const got = `"${brief(found)}"`
      this.fail('', {
        problem: 'not a .tflite file: wrong identifier in bytes 4 to 7',
        got,
        expected: `"${identifier}"`,
        hint,
      })
    }
  }

  /** The table that the file starts with. */
  root(where: string): FlatTable {
    return new FlatTable(this, this.target(0, where), where)
  }

  fail(where: string, problem: Omit<Problem, 'stage' | 'where'>): never {
    throw new HolterError({ stage: 'tflite', where: where ? `${this.name}, ${where}` : this.name, ...problem })
  }

  /** Pays for `bytes` of memory that the caller is about to allocate. */
  spend(bytes: number, where: string): void {
    this.budgetBytes -= bytes
    if (this.budgetBytes < 0) {
      this.fail(where, { problem: 'holds more than its size allows: parts of the file are used many times over' })
    }
  }

  /** Throws unless bytes `position` … `position + length − 1` lie in the file. */
  check(position: number, length: number, where: string): void {
    if (position < 0 || length < 0 || position + length > this.size) {
      const got = `bytes ${position} to ${position + length}`
      const hint = 'The file is truncated or damaged'
      this.fail(where, { problem: 'points outside of the file', got, expected: `0 to ${this.size}`, hint })
    }
  }

  /** Returns the place that the unsigned offset at `position` points to. */
  target(position: number, where: string): number {
    this.check(position, 4, where)
    const target = position + this.buffer.readUint32(position)
    this.check(target, 4, where)
    return target
  }
}

/** A table of a flatbuffer. Getters return the fallback, undefined or an empty list when the field is absent. */
export class FlatTable implements OptionsReader {
  readonly file: FlatFile
  /** Where this is, for messages: `tensor 3`. */
  readonly where: string
  private readonly position: number
  private readonly vtable: number
  private readonly vtableBytes: number
  private readonly tableBytes: number

  constructor(file: FlatFile, position: number, where: string) {
    file.spend(TABLE_BYTES, where)
    file.check(position, 4, where)
    const vtable = position - file.buffer.readInt32(position)
    file.check(vtable, 4, where)
    const vtableBytes = file.buffer.readUint16(vtable)
    const tableBytes = file.buffer.readUint16(vtable + 2)
    if (vtableBytes < 4 || vtableBytes % 2 || tableBytes < 4) {
      file.fail(where, { problem: 'table is malformed', hint: 'The file is damaged' })
    }
    file.check(vtable, vtableBytes, where)
    file.check(position, tableBytes, where)
    this.file = file
    this.where = where
    this.position = position
    this.vtable = vtable
    this.vtableBytes = vtableBytes
    this.tableBytes = tableBytes
  }

  int8(field: number, fallback: number): number {
    const at = this.place(field, 1)
    return at ? this.file.buffer.readInt8(at) : fallback
  }

  uint8(field: number, fallback: number): number {
    return this.int8(field, fallback) & 0xff
  }

  bool(field: number, fallback: boolean): boolean {
    return this.int8(field, fallback ? 1 : 0) !== 0
  }

  int32(field: number, fallback: number): number {
    const at = this.place(field, 4)
    return at ? this.file.buffer.readInt32(at) : fallback
  }

  uint32(field: number, fallback: number): number {
    return this.int32(field, fallback) >>> 0
  }

  uint64(field: number, fallback: bigint): bigint {
    const at = this.place(field, 8)
    return at ? this.file.buffer.readUint64(at) : fallback
  }

  float32(field: number, fallback: number): number {
    const at = this.place(field, 4)
    // −0 is read as 0: a default of 0, which a file leaves out, comes back so.
    return at ? this.file.buffer.readFloat32(at) + 0 : fallback
  }

  has(field: number): boolean {
    return this.place(field, 0) !== 0
  }

  table(field: number, where = this.where): FlatTable | undefined {
    const at = this.place(field, 4)
    return at ? new FlatTable(this.file, this.file.target(at, where), where) : undefined
  }

  /** A vector of tables, each decoded (and paid for) when it is asked for. `name` is singular: `tensor`. */
  tables(field: number, name: string): { length: number; at(i: number): FlatTable } {
    const { start, length } = this.vector(field, 4)
    const at = (i: number) => {
      const where = `${name} ${i}`
      if (!(i >= 0 && i < length)) this.file.fail(where, { problem: 'does not exist', expected: `0 to ${length - 1}` })
      return new FlatTable(this.file, this.file.target(start + 4 * i, where), where)
    }
    return { length, at }
  }

  /** Text as UTF-8; '' when absent. Damaged characters are replaced. */
  string(field: number): string {
    const { start, length } = this.vector(field, 1)
    this.file.spend(length, this.where)
    return new TextDecoder().decode(this.file.buffer.bytes().subarray(start, start + length))
  }

  /** A view of the file's own bytes; nothing is copied. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1)
    return this.file.buffer.bytes().subarray(start, start + length)
  }

  int32Vector(field: number): number[] {
    return this.numbers(field, 4, at => this.file.buffer.readInt32(at))
  }

  float32Vector(field: number): number[] {
    return this.numbers(field, 4, at => this.file.buffer.readFloat32(at))
  }

  /** 64-bit integers as numbers: inexact above 2⁵³, where nothing that Holter reads is legal. */
  int64Vector(field: number): number[] {
    return this.numbers(field, 8, at => Number(this.file.buffer.readInt64(at)))
  }

  private numbers(field: number, width: number, read: (at: number) => number): number[] {
    const { start, length } = this.vector(field, width)
    this.file.spend(length * 8, this.where)
    return Array.from({ length }, (_, i) => read(start + i * width))
  }

  private vector(field: number, width: number): { start: number; length: number } {
    const at = this.place(field, 4)
    if (!at) return { start: 0, length: 0 }
    const vector = this.file.target(at, this.where)
    const length = this.file.buffer.readUint32(vector)
    this.file.check(vector + 4, length * width, this.where)
    return { start: vector + 4, length }
  }

  /** Byte position of a field of `width` bytes, or 0 when the table does not have it. */
  private place(field: number, width: number): number {
    const entry = 4 + 2 * field
    if (entry + 2 > this.vtableBytes) return 0
    const offset = this.file.buffer.readUint16(this.vtable + entry)
    if (offset === 0) return 0
    if (offset < 4 || offset + width > this.tableBytes) {
      this.file.fail(this.where, { problem: `field ${field} lies outside of its table`, hint: 'The file is damaged' })
    }
    return this.position + offset
  }
}

/** The options of a node that has none: every field takes its default. */
export const noOptions: OptionsReader = {
  int8: (_, fallback) => fallback,
  int32: (_, fallback) => fallback,
  float32: (_, fallback) => fallback,
  bool: (_, fallback) => fallback,
  int32Vector: () => [],
}

/** Returns text from a file, short enough for a message. (HolterError itself shows no control characters.) */
export function brief(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}
