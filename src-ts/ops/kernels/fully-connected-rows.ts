import type { Kernel } from '../kernel.ts'
import { packChannels } from '../parts/channels.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { packFilter } from '../parts/filter-layout.ts'

/** FULLY_CONNECTED of int8: a row of the input at a time. */
export const fullyConnectedRows: Kernel<Dense> = {
  name: 'fully-connected-rows',
  fits: (_, { element }) => element.name === 'i8',
  emit: (p, to) =>
    to.call('fully-connected', 'fullyConnected', [
      ['input', to.input(0), p.rows, p.depth],
      ['output', to.output(0), p.outC],
      ['weights', to.data(packFilter(p.filter, p.outC, 1, p.depth, to.flavour), 16)],
      ['channels', to.data(packChannels(withoutInputZero(p)), 4)],
      ['zero point', p.outputZero],
      ['clamp', p.min, p.max],
    ]),
}
