/** A module's sections in order; a custom section has the id 0, and its content begins with its name. */
interface Section {
  readonly id: number
  readonly content: Uint8Array
}

/**
 * Returns a module's sections, or undefined when the bytes are no module or end in the middle of one. Read here and not by
 * WebAssembly.Module, so that a module for another engine may use what this process's does not know.
 */
export function moduleSections(wasm: Uint8Array): Section[] | undefined {
  if (![0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].every((byte, i) => wasm[i] === byte)) return undefined
  const sections: Section[] = []
  for (let at = 8; at < wasm.length; ) {
    const [size, start] = readLength(wasm, at + 1)
    if (start + size > wasm.length) return undefined
    sections.push({ id: wasm[at], content: wasm.subarray(start, start + size) })
    at = start + size
  }
  return sections
}

/** Returns what follows the name of the custom section of that name. */
export function customSection(sections: readonly Section[], name: string): Uint8Array | undefined {
  for (const { id, content } of sections) {
    if (id !== 0) continue
    const [length, start] = readLength(content, 0)
    const own = new TextDecoder().decode(content.subarray(start, start + length))
    if (own === name) return content.subarray(start + length)
  }
  return undefined
}

/** Reads an unsigned LEB128 number and returns it with the place behind it. */
function readLength(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0
  let at = start
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return [value, at]
  }
}
