import type { Kernel } from '../kernel.ts'
import { packChannels } from '../parts/channels.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { packTiles, SUMS_BYTES, sumsHaveRoom } from '../parts/tiles.ts'

/** FULLY_CONNECTED of int8 without vectors: two rows and two outputs at a time, weights in read-only constants. */
export const fullyConnectedTiles: Kernel<Dense> = {
  name: 'fully-connected-tiles',
  flavours: ['scalar', 'firmware'],
  fits: (p, { element }) => element.name === 'i8' && sumsHaveRoom(p, p.filter),
  scratchBytes: () => SUMS_BYTES,
  emit(p, to) {
    to.exported('dot-tile', 'dotTile')
    return to.call('fully-connected-tiles', 'fullyConnectedTiles', [
      ['input', to.input(0), p.rows, p.depth],
      ['output', to.output(0), p.outC],
      ['weights', to.readOnly(packTiles(p.filter, p.outC, 1, p.depth), 8)],
      ['channels', to.readOnly(packChannels(withoutInputZero(p)), 4)],
      ['scratch', to.scratch()],
      ['zero point', p.outputZero],
      ['clamp', p.min, p.max],
    ])
  },
}
