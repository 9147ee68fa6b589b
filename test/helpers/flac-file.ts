import libflac from 'libflacjs'

/** Returns a FLAC stream of samples of 8, 16 or 24 bits, [channel][time], written by libFLAC with the MD5 sum and the length in its head. */
export async function flacStream(bits: number, channels: readonly (readonly number[])[], block = 4096) {
  const flac = libflac('min')
  await new Promise<void>(resolve => (flac.isReady() ? resolve() : flac.on('ready', () => resolve())))
  const samples = channels[0].length
  const encoder = flac.create_libflac_encoder(96_000, channels.length, bits, 5, samples, false, block)
  const parts: Uint8Array[] = []
  let info: { md5sum: string; min_framesize: number; max_framesize: number } | undefined
  flac.init_encoder_stream(
    encoder,
    data => void parts.push(data.slice()),
    head => {
      info = head as typeof info
    },
  )
  const interleaved = Int32Array.from({ length: samples * channels.length }, (_, i) => {
    return channels[i % channels.length][Math.floor(i / channels.length)]
  })
  flac.FLAC__stream_encoder_process_interleaved(encoder, interleaved, samples)
  flac.FLAC__stream_encoder_finish(encoder)
  flac.FLAC__stream_encoder_delete(encoder)
  const stream = Buffer.concat(parts)
  // The encoder cannot go back to the head to fill in the sum, its last 16 bytes.
  Buffer.from(info!.md5sum, 'hex').copy(stream, 26)
  return new Uint8Array(stream)
}
