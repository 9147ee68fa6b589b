import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { closest, HolterError } from './errors.ts'
import { isCheckout, root } from './places.ts'

/** How a model lies on disk: a .tflite file, or the folder of a float model. */
type Form = 'int8' | 'float'

const folder = join(root, 'models')
const CARD = '.card.json'

/** Returns the names of all models that Holter has a card of; the npm package lacks the files of large ones. */
export function shippedModels(): string[] {
  const cards = readdirSync(folder).filter(file => file.endsWith(CARD))
  return cards.map(file => file.slice(0, -CARD.length)).sort()
}

/**
 * Returns where a model lies: at `given` as it stands if that is there or reads like a path, else among the models that ship, by name. A name
 * of none, or of one whose files are not here, is a HolterError.
 */
export function modelPath(given: string, form: Form): string {
  const there = statSync(given, { throwIfNoEntry: false })
  if ((form === 'int8' ? there?.isFile() : there?.isDirectory()) || /[/\\.]/.test(given)) return given
  const names = shippedModels()
  if (!names.includes(given)) throw unknown(given, names)
  const path = join(folder, form === 'int8' ? `${given}.tflite` : given)
  if (existsSync(path)) return path
  throw notHere(given, form)
}

/** Large files are not in the npm package, and some were too large for the repository. */
function notHere(name: string, form: Form): HolterError {
  const command = `models/${name}.md has the command that trains it`
  return new HolterError({
    stage: 'file',
    where: name,
    problem: `its card ships, but its ${form === 'int8' ? '.tflite file' : 'float model'} is not here`,
    hint: isCheckout ? command : `Take it from models/ of Holter's repository and give its path; ${command}`,
  })
}

/** Neither a path nor a name; which of them was meant is not known. */
function unknown(given: string, names: readonly string[]): HolterError {
  const near = closest(given, names)
  return new HolterError({
    stage: 'usage',
    where: given,
    problem: 'there is no such file, and no model of this name ships',
    expected: names.join(', '),
    hint: near ? `Did you mean ${near}?` : undefined,
  })
}
