import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { shareCores } from '../../src-ts/commands/jobs.ts'
import { givenOptions, seeds } from '../../src-ts/commands/options.ts'
import { seedsSummary } from '../../src-ts/commands/train-seeds.ts'
import { sumUpSeeds } from '../../src-ts/runs/sum-up-seeds.ts'
import { threadsInUse } from '../../src-ts/train/backend.ts'
import { processesWith, runHolter, startHolter, waitUntil } from '../helpers/holter-process.ts'
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-seeds-'))
const data = join(dir, 'ptb-xl')
writeSmallPtbXl(data)
const test = suite('several seeds')
const native = withTfjs('several seeds', test)
const tiny = (out: string, ...more: string[]) => {
  const size = ['--data', data, '--epochs', '1', '--batch-size', '8', '--threads', '1']
  return ['train', 'ecg-tiny', ...size, '--out', join(dir, out), ...more]
}
const files = (out: string) =>
  [1, 2].flatMap(seed =>
    ['weights.bin', 'model.json', 'model.tflite'].map(file => join(dir, out, `seed-${seed}`, file)),
  )
const checkpoints = (out: string) =>
  [1, 2].map(seed => join(dir, out, `seed-${seed}`, 'checkpoint', 'checkpoint.safetensors'))

test('jobs and threads together are no more than the cores', () => {
  const share = (jobs: number, count: number, cores: number, threads?: number) =>
    shareCores({ jobs, count, cores, threads })
  assert.equal(share(1, 3, 8), { jobs: 1, threads: 8 })
  assert.equal(share(3, 5, 8), { jobs: 3, threads: 2 })
  assert.equal(share(16, 5, 8), { jobs: 5, threads: 1 })
  assert.equal(share(4, 5, 2), { jobs: 2, threads: 1 })
  assert.equal(share(4, 5, 8, 4), { jobs: 2, threads: 4 }, 'fixed threads: fewer jobs')
  assert.equal(share(2, 5, 1, 1), { jobs: 1, threads: 1 })
})

test('a list of seeds is whole numbers, each once', () => {
  assert.equal(seeds('3, 1,2,4294967295'), [3, 1, 2, 4294967295])
  for (const text of ['', '1,,2', '1,1', '1.5', '-1', 'a']) assert.throws(() => seeds(text), undefined, text)
})

test('a seed of more than 32 bits would be another one once more', () => {
  for (const args of [
    ['train', 'ecg-tiny', '--seed', '4294967296'],
    ['train', 'ecg-tiny', '--seeds', '1,4294967297'],
    ['cross-validate', 'ecg-tiny', '--seed', '4294967297'],
    ['demo', '--seed', '4294967297'],
  ]) {
    const { status, stderr } = runHolter(args)
    assert.is(status, 2, stderr)
    assert.match(stderr, /It must be a whole number from 0 to 4294967295/)
  }
})

test('only what the user gave goes on to the processes', () => {
  const command = new Command('c')
    .option('-e, --epochs <n>')
    .option('--seed <n>', '', '1')
    .option('--no-augment')
    .option('--resume')
    .option('--teacher <dir>', '', (dir: string, dirs: string[] = []) => [...dirs, dir])
    .option('-o, --out <dir>')
  command.parse(['-e', '3', '--no-augment', '--teacher', 'a', '--teacher', 'b c', '-o', 'x'], { from: 'user' })
  assert.equal(givenOptions(command, ['out']), ['--epochs', '3', '--no-augment', '--teacher', 'a', '--teacher', 'b c'])
})

test('the mean, the sample deviation and the best seed by int8', () => {
  const result = (float: number, int8: number) => ({
    data: { synthetic: false },
    epochs: [1, 2],
    best: { epoch: 2 },
    float: { macroAuc: { validation: float } },
    int8: { macroAuc: { validation: int8 } },
  })
  const summary = sumUpSeeds('out', [7, 8, 9], [result(0.9, 0.92), result(0.93, 0.91), result(0.96, 0.9)])
  assert.equal(summary.best, { seed: 7, dir: join('out', 'seed-7') })
  const { mean, deviation } = summary.float!.macroAuc.validation
  // Doubles: a few units in the last place.
  assert.ok(Math.abs(mean - 0.93) < 1e-15 && Math.abs(deviation - 0.03) < 1e-15, `${mean} ${deviation}`)
})

test('one seed has no deviation', () => {
  const scores = { macroAuc: { validation: 0.9 } }
  const result = { data: { synthetic: false }, epochs: [1], best: { epoch: 1 }, float: scores, int8: scores }
  const text = seedsSummary(sumUpSeeds('out', [7], [result]), 'out/summary.json')
  assert.match(text, /^float +0\.9000$/m)
  assert.not.match(text, /NaN|±/)
})

test('a network that learned the validation records has no scores and no best seed', () => {
  const summary = sumUpSeeds('out', [1], [{ data: { synthetic: false }, epochs: [1], best: { epoch: 1 } }])
  assert.equal(summary.runs, [{ seed: 1, dir: join('out', 'seed-1'), keptEpoch: 1, epochs: 1 }])
  assert.not.ok('best' in summary)
})

native('one job at a time or two: the same files; finished seeds are not trained again', () => {
  const two = runHolter(tiny('two', '--seeds', '1,2', '--patience', '2', '--jobs', '2', '--json'))
  assert.is(two.status, 0, two.stderr)
  const summary = JSON.parse(two.stdout)
  assert.equal(JSON.parse(readFileSync(join(dir, 'two', 'summary.json'), 'utf8')), summary)
  assert.equal(
    summary.runs.map((run: { seed: number }) => run.seed),
    [1, 2],
  )
  assert.is(summary.threads, 1)
  assert.is(
    summary.command,
    'holter train ecg-tiny --task ptbxl-superclass --seeds 1,2 --epochs 1 --batch-size 8 --patience 2 --threads 1',
  )
  const one = runHolter(tiny('one', '--seeds', '1,2', '--patience', '2'))
  assert.is(one.status, 0, one.stderr)
  assert.match(one.stdout, /± \d\.\d{4} \(sample deviation of 2\)/)
  const bytes = (out: string) => files(out).map(file => readFileSync(file, 'latin1'))
  assert.equal(bytes('one'), bytes('two'))
  assert.is.not(bytes('one')[0], bytes('one')[3], 'the seeds differ')
  assert.match(
    bytes('one')[1],
    /holter train ecg-tiny --task \S+ --seed 1 --epochs 1 --batch-size 8 --patience 2 --threads 1"/,
  )

  const before = checkpoints('one').map(file => statSync(file).mtimeMs)
  const again = runHolter(tiny('one', '--seeds', '1,2', '--patience', '2', '--resume'))
  assert.is(again.status, 0, again.stderr)
  assert.equal(
    checkpoints('one').map(file => statSync(file).mtimeMs),
    before,
  )
  assert.equal(bytes('one'), bytes('two'))

  const other = runHolter(tiny('one', '--seeds', '1,2', '--patience', '2', '--resume', '--threads', '2'))
  assert.is(other.status, 1)
  assert.ok(existsSync(join(dir, 'one', 'summary.json')), 'a mistake costs nothing')
  assert.match(
    other.stderr,
    /^seed 1 failed: .* other options: threads was 1 and is 2\. Resume with .* \(--threads 1\), or/m,
  )
})

native('a model says with how many threads it was made, named or not', () => {
  const size = ['--data', data, '--epochs', '1', '--batch-size', '8']
  const { status, stderr } = runHolter(['train', 'ecg-tiny', ...size, '--out', join(dir, 'unnamed')])
  assert.is(status, 0, stderr)
  assert.match(
    readFileSync(join(dir, 'unnamed', 'model.json'), 'utf8'),
    new RegExp(`--batch-size 8 --threads ${threadsInUse()}"`),
  )
})

native('a mistake is one sentence, once, and the seeds after it do not start', () => {
  const { status, stdout, stderr } = runHolter(tiny('bad', '--seeds', '1,2,3', '--crop-samples', '5000'))
  assert.is(status, 2)
  assert.is(stdout, '')
  assert.match(
    stderr,
    /^seed 1 failed: \[usage\] --crop-samples: longer than a record \(got 5000, expected at most 1000\)\.$/m,
  )
  assert.not.match(stderr, /seed 2 failed|\n\s+at /)
  assert.not.ok(existsSync(join(dir, 'bad', 'seed-2')))
})

native('--seeds and --seed exclude each other, and a network that is not there is found before anything starts', () => {
  const both = runHolter(tiny('no', '--seeds', '1,2', '--seed', '3'))
  assert.is(both.status, 2)
  assert.match(both.stderr, /'--seeds <list>' cannot be used with option '--seed <n>'/)
  const unknown = runHolter(['train', 'ecg-tyni', '--seeds', '1,2', '--out', join(dir, 'no')])
  assert.is(unknown.status, 2)
  assert.match(unknown.stderr, /no such network .* Did you mean ecg-tiny/)
})

test('--jobs has nothing to share among processes without --seeds', () => {
  const { status, stderr } = runHolter(tiny('no', '--jobs', '2'))
  assert.is(status, 2)
  assert.match(stderr, /^\[usage\] --jobs: one seed is trained by one process\. Name several: --seeds 1,2,3\.$/m)
})

const long = (out: string) => tiny(out, '--seeds', '1,2', '--jobs', '2', '--epochs', '100000')
/** Whether each seed that can run at the same time here has ended its first epoch. */
const underWay = (out: string) => statSync(checkpoints(out)[0], { throwIfNoEntry: false }) !== undefined

native('Ctrl-C stops every process in good order, and --resume goes on', async () => {
  mkdirSync(join(dir, 'stopped'))
  writeFileSync(join(dir, 'stopped', 'summary.json'), 'of seeds that are trained anew')
  const { child, ended } = startHolter(long('stopped'))
  assert.ok(await waitUntil(() => underWay('stopped')), 'it began')
  child.kill('SIGINT')
  const { status, stderr } = await ended
  assert.is(status, 1, stderr)
  assert.match(stderr, /^Interrupted: seed 1, seed 2 not done\. Go on with the same command and --resume\.$/m)
  const [, batches] = /^train: ([\d,]+) batches in /m.exec(stderr) ?? []
  assert.ok(Number(batches?.replaceAll(',', '')) < 100000, `what was not trained is not counted: ${batches}`)
  assert.equal(processesWith(join(dir, 'stopped')), [])
  assert.not.ok(existsSync(join(dir, 'stopped', 'summary.json')))
})

native('no process outlives the one that started it', async () => {
  const { child, ended } = startHolter(long('killed'))
  assert.ok(await waitUntil(() => underWay('killed')), 'it began')
  child.kill('SIGKILL')
  await ended
  assert.ok(await waitUntil(() => processesWith(join(dir, 'killed')).length === 0), 'all ended')
})

test.after(() => rmSync(dir, { recursive: true, force: true }))
test.run()
