import { basename } from 'node:path'
import jsonc, { type Node, type ParseError } from 'jsonc-parser'
import * as v from 'valibot'
import { closest, HolterError, type Problem } from '../errors.ts'
import { readFile } from '../files.ts'

/** The file that makes a folder of one's own a task of one's own. */
export const TASK_FILE = 'holter.task.json'
const HINT = `docs/own-task.md shows a whole ${TASK_FILE}`
/** More values in a record are a slip of the hand: a day of one lead at 250 Hz is no record for a network. */
const MOST_VALUES = 1 << 20

const distinct = (words: string[]) => new Set(words.map(word => word.toUpperCase())).size === words.length
const word = v.pipe(v.string(), v.regex(/^\S{1,40}$/, 'a word without blanks'))
const words = v.pipe(v.array(word), v.minLength(1, 'at least one'), v.check(distinct, 'each name once'))
const inHz = v.pipe(v.number(), v.minValue(1, 'from 1 to 10,000'), v.maxValue(10_000, 'from 1 to 10,000'))

const entries = v.strictObject({
  /** How models and reports call the task. */
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and single hyphens')),
  /** One line for people. */
  title: v.optional(v.pipe(v.string(), v.regex(/^[^\n]{1,200}$/, 'one line of at most 200 characters'))),
  /** In the order of the network's outputs. */
  labels: words,
  /** True where each record has exactly one of the labels. */
  exclusive: v.boolean(),
  /** In the order of the network's input. */
  leads: words,
  sampleRateHz: inHz,
  /** Length of a record; with the rate a whole number of samples. */
  seconds: v.pipe(v.number(), v.gtValue(0, 'more than 0')),
})

/** What a task file says. */
export type TaskFile = v.InferOutput<typeof entries>

/** Returns how many samples a record of a task file has per lead. */
export function samplesOf({ seconds, sampleRateHz }: Pick<TaskFile, 'seconds' | 'sampleRateHz'>): number {
  return Math.round(seconds * sampleRateHz)
}

/** What holds between entries; the second word is the one whose line is named. */
const rules: readonly [(task: TaskFile) => boolean, keyof TaskFile, string][] = [
  [({ exclusive, labels }) => !exclusive || labels.length > 1, 'labels', 'at least two, since they exclude each other'],
  [task => Math.abs(samplesOf(task) - task.seconds * task.sampleRateHz) < 1e-6, 'seconds', 'a whole number of samples'],
  [task => samplesOf(task) >= 1, 'seconds', 'at least one sample'],
  [task => samplesOf(task) * task.leads.length <= MOST_VALUES, 'seconds', `at most ${MOST_VALUES} values in a record`],
]

/** Reads a task file. Throws HolterError that names the line of the first mistake. */
export function readTaskFile(path: string): TaskFile {
  return parseTaskFile(Buffer.from(readFile(path, HINT)).toString('utf8'), path)
}

/** Returns what the text of a task file says; `path` stands in errors. */
export function parseTaskFile(text: string, path: string): TaskFile {
  const fail = ({ offset, ...about }: Mistake) => {
    const where = `${path} line ${text.slice(0, offset).split('\n').length}`
    return new HolterError({ stage: 'file', where, hint: HINT, ...about })
  }
  const errors: ParseError[] = []
  const root = jsonc.parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  if (errors.length > 0 || !root) throw fail(notJson(errors[0]))
  const { success, issues, output } = v.safeParse(entries, jsonc.getNodeValue(root))
  if (!success) throw fail(mistakeOf(root, issues.find(isUnknown) ?? issues[0]))
  for (const [holds, entry, expected] of rules) {
    if (holds(output)) continue
    const { offset } = nearest(root, [entry])
    throw fail({ offset, problem: `${entry} is not right`, got: JSON.stringify(output[entry]), expected })
  }
  return output
}

/** What is wrong at a place of the text. */
type Mistake = Pick<Problem, 'problem' | 'got' | 'expected' | 'hint'> & { readonly offset: number }

/** "CommaExpected" as a person says it. */
function notJson(error?: ParseError): Mistake {
  const code = error ? jsonc.printParseErrorCode(error.error) : 'ValueExpected'
  const spoken = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return { offset: error?.offset ?? 0, problem: `this is not JSON: ${spoken}` }
}

type Issue = v.InferIssue<typeof entries>

/** An entry of another name: told before the one that it was meant for is missed. */
const isUnknown = ({ type, expected }: Issue) => type === 'strict_object' && expected === 'never'

function mistakeOf(root: Node, issue: Issue): Mistake {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  const { offset } = nearest(root, path)
  const name = v.getDotPath(issue) ?? 'the file'
  if (isUnknown(issue)) {
    const known = Object.keys(entries.entries)
    const near = closest(name, known)
    const hint = near ? { hint: `Did you mean ${near}?` } : {}
    return { offset, problem: `${name} is no entry of a task`, expected: known.join(', '), ...hint }
  }
  if (issue.received === 'undefined') return { offset, problem: `${name} is missing` }
  const expected = /^[A-Za-z]+$/.test(issue.expected ?? '') ? issue.expected!.toLowerCase() : issue.message
  return { offset, problem: `${name} is not right`, got: issue.received.slice(0, 60), expected }
}

/** The node at a path, or the innermost one on the way there. */
function nearest(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = jsonc.findNodeAtLocation(root, path.slice(0, length))
    if (node) return node
  }
  return root
}

/** Whether a word after --task is a file, not the name of a task. */
export function isTaskFile(word: string): boolean {
  return basename(word).endsWith('.json')
}
