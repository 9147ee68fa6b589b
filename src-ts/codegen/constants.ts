/** Constant bytes at an address of linear memory. */
export interface Segment {
  readonly address: number
  readonly bytes: Uint8Array
}

/** Hands out addresses for constants. */
export interface Constants {
  readonly segments: readonly Segment[]
  /** End of the last constant. */
  end(): number
  /** Returns the address of the bytes, aligned to `align`; equal bytes share one place. */
  place(bytes: ArrayBufferView, align: number): number
  /** Returns the address of so many bytes that are zero when the module starts; the file does not hold them. */
  space(bytes: number, align: number): number
}

/** Returns constants that lie from `start` on. */
export function placeConstants(start: number): Constants {
  const segments: Segment[] = []
  const seen = new Map<string, number>()
  let end = start
  const space = (bytes: number, align: number) => {
    const address = Math.ceil(end / align) * align
    end = address + bytes
    return address
  }
  return {
    segments,
    end: () => end,
    place(view, align) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
      const key = `${align} ${Buffer.from(bytes).toString('latin1')}`
      const known = seen.get(key)
      if (known !== undefined) return known
      const address = space(bytes.length, align)
      segments.push({ address, bytes })
      seen.set(key, address)
      return address
    },
    space,
  }
}
