/**
 * Returns the content of a module's custom section, or undefined when it has none of that name or is no module. Read here and not by
 * WebAssembly.Module, so that a module for another engine may use what this process's does not know.
 */
export function customSection(wasm: Uint8Array, name: string): Uint8Array | undefined {
  if (!isModule(wasm)) return undefined
  let at = 8
  while (at < wasm.length) {
    const id = wasm[at]
    const [size, start] = readLength(wasm, at + 1)
    const end = start + size
    if (id === 0) {
      const [length, text] = readLength(wasm, start)
      if (Buffer.from(wasm.subarray(text, text + length)).toString() === name) return wasm.subarray(text + length, end)
    }
    at = end
  }
  return undefined
}

/** Returns whether bytes begin as a module of WebAssembly version 1 does. */
export function isModule(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].every((byte, i) => bytes[i] === byte)
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
