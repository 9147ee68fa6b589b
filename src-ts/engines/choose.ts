import { byName, HolterError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { engines } from './index.ts'

/** Returns an engine that can run here and its flavour; without a flavour the last of its list, its fastest. */
export function engineFor(name: string, flavour?: string): { engine: Engine; flavour: string } {
  const engine = byName('engine', name, engines)
  const missing = engine.missing()
  if (missing) throw new HolterError({ stage: 'engine', where: name, problem: `it cannot run here: ${missing}` })
  if (flavour !== undefined && !engine.flavours.includes(flavour)) {
    throw new HolterError({
      stage: 'usage',
      where: `--flavour ${flavour}`,
      problem: `engine ${name} does not run that flavour`,
      expected: engine.flavours.join(' or '),
    })
  }
  return { engine, flavour: flavour ?? engine.flavours.at(-1)! }
}
