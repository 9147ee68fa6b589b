import type { Flavour } from '../../src-ts/ops/flavour.ts'
import type { Kernel, KernelTarget } from '../../src-ts/ops/kernel.ts'
import { toomCookKernel } from '../../src-ts/ops/kernels/conv2d-toom-cook.ts'
import { planeKernel } from '../../src-ts/ops/kernels/conv2d-toom-cook-plane.ts'
import type { Convolution } from '../../src-ts/ops/parts/convolution.ts'
import { toomCookLayers } from '../../src-ts/ops/parts/toom-cook-layer.ts'
import { planeLayers } from '../../src-ts/ops/parts/toom-cook-plane-layer.ts'
import type { PreparedNode } from '../../src-ts/reference/prepare.ts'

/** Returns every kernel that fits a node, each form of Toom-Cook for itself. */
export function kernelsOf({ op, constants, element }: PreparedNode, flavour: Flavour): Kernel[] {
  const target: KernelTarget = { flavour, element, goal: 'speed' }
  const fitting = (op.kernels as readonly Kernel[]).filter(
    kernel => (kernel.flavours?.includes(flavour) ?? true) && (kernel.fits?.(constants, target) ?? true),
  )
  return fitting.flatMap(kernel => {
    const p = constants as Convolution
    if (kernel.name === 'conv2d-toom-cook') return toomCookLayers(p).map(each => toomCookKernel(() => each))
    if (kernel.name === 'conv2d-toom-cook-plane') return planeLayers(p).map(each => planeKernel(() => each))
    return [kernel]
  })
}
