import { byName, HolterError } from '../errors.ts'
import type { Engine, Form } from './engine.ts'
import { formName } from './form.ts'
import { engines } from './index.ts'

/** An engine and the form in which it is to run a model. */
export interface EngineChoice {
  readonly engine: Engine
  readonly form: Form
}

/** Returns engines whose modules are of these flavours only; engines that run no modules stay as they are. */
export function onlyFlavours(all: readonly Engine[], flavours: readonly string[]): Engine[] {
  return all.map(engine => {
    if (engine.runs !== 'module') return engine
    return { ...engine, forms: engine.forms.filter(({ flavour }) => flavours.includes(flavour)) }
  })
}

/** Returns an engine that can run here and its form by its name; without a name the last of its list, its fastest. */
export function engineFor(name: string, form?: string): EngineChoice {
  const engine = byName('engine', name, engines)
  const missing = engine.missing()
  if (missing) throw new HolterError({ stage: 'engine', where: name, problem: `it cannot run here: ${missing}` })
  if (form === undefined) return { engine, form: engine.forms.at(-1)! }
  const chosen = engine.forms.find(one => formName(one) === form)
  if (chosen) return { engine, form: chosen }
  throw new HolterError({
    stage: 'usage',
    where: `--flavour ${form}`,
    problem: `engine ${name} does not run that flavour`,
    expected: engine.forms.map(formName).join(' or '),
  })
}
