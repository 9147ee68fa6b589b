// Runs uvu test files, each in a process of its own. uvu's own runner is too kind: it exits 0 when a pattern matches
// nothing, when a file forgets test.run(), and when a `before` hook throws.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * Runs every test/**\/*.test.ts below `root` whose path contains one of `patterns` (all files without a pattern), and
 * returns whether all went well. Closes with the line `N passed, N failed, N skipped`.
 * @param {{ root: string, patterns?: readonly string[], jobs?: number, limitSeconds?: number, print?: (text: string) => void }} options
 *   jobs: processes at a time; limitSeconds: for one file
 */
export async function runTests({
  root,
  patterns = [],
  jobs = 2,
  limitSeconds = process.env.HOLTER_LONG ? 7200 : 600,
  print = text => process.stdout.write(text),
}) {
  const all = testFiles(join(root, 'test')).map(file => relative(root, file))
  const unmatched = patterns.filter(pattern => !all.some(file => file.includes(pattern)))
  const files = patterns.length ? all.filter(file => patterns.some(pattern => file.includes(pattern))) : all
  const total = { passed: 0, failed: 0, skipped: [] }
  if (!files.length || unmatched.length) {
    print(`no test file matches ${unmatched.length ? unmatched.join(', ') : 'test/**/*.test.ts'}\n`)
    total.failed++
  }

  const queue = [...files]
  let done = 0
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const result = await runFile(root, file, limitSeconds)
      total.passed += result.passed
      total.failed += result.failed
      total.skipped.push(...result.skipped)
      print(report(file, result, `[${++done}/${files.length}]`))
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))

  for (const line of total.skipped) print(`skipped: ${line}\n`)
  print(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped\n`)
  return total.failed === 0
}

/** Paths of all *.test.ts below a folder, sorted. */
export function testFiles(dir) {
  return readdirSync(dir, { recursive: true })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join(dir, name))
    .sort()
}

/** Runs one file; whatever is not a clean end with at least one test is a failure with a reason. */
function runFile(root, file, limitSeconds) {
  const began = Date.now()
  const env = { ...process.env, NO_COLOR: '1' }
  delete env.FORCE_COLOR
  return new Promise(resolve => {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', '--import', import.meta.resolve('./typescript.mjs'), file],
      {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    const collect = chunk => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    let late = false
    const clock = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limitSeconds * 1000)
    child.on('close', (code, signal) => {
      clearTimeout(clock)
      const end = late
        ? `did not end within ${limitSeconds} s`
        : signal
          ? `died of ${signal}`
          : code
            ? `exit code ${code}`
            : undefined
      resolve({ ...judge(file, output, end), output, seconds: (Date.now() - began) / 1000 })
    })
  })
}

/** Counts what a file's output says; `end` tells how the process ended if not well. */
function judge(file, output, end) {
  const skipped = [...output.matchAll(/SKIP (.+? \| .+)$/gm)].map(([, line]) => line.trimEnd())
  const number = name => Number(output.match(new RegExp(`^ {2}${name}: +(\\d+)$`, 'm'))?.[1] ?? Number.NaN)
  const total = number('Total')
  const passed = number('Passed')
  // test.skip and what test.only leaves out: uvu gives no names.
  for (let i = 0; i < number('Skipped'); i++) skipped.push(`${file} | a test without a reason`)
  if (Number.isNaN(total)) {
    const reason = end ?? 'no test ran: does the file end in test.run()?'
    return { passed: 0, failed: 1, skipped, reason }
  }
  const failed = total - passed
  if (failed) return { passed, failed, skipped, reason: end ?? 'a hook threw' }
  if (end) return { passed, failed: 1, skipped, reason: end }
  if (!total && !skipped.length) return { passed, failed: 1, skipped, reason: 'the file has no test' }
  return { passed, failed: 0, skipped }
}

/** One line, the output of a failure, and figures that a test wants to be seen (`NOTE …`). */
function report(file, { passed, failed, skipped, seconds, output, reason }, progress) {
  const counts = `${passed} passed${skipped.length ? `, ${skipped.length} skipped` : ''}`
  const line = `${progress} ${failed ? 'FAIL' : 'ok  '} ${seconds.toFixed(1).padStart(5)} s  ${file}: ${failed ? `${failed} failed (${reason}), ` : ''}${counts}\n`
  const notes = [...output.matchAll(/NOTE .+$/gm)].map(([note]) => `    ${note}\n`)
  return line + (failed ? `${output.trimEnd().replace(/^/gm, '    ')}\n` : notes.join(''))
}
