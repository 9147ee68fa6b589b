import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { readAnnotations } from '../ecg/formats/wfdb-annotations.ts'
import { type AnnotationToWrite, writeAnnotations } from '../ecg/formats/write-annotations.ts'
import { HolterError } from '../errors.ts'
import { fileError, makeFolder, writeFile } from '../files.ts'
import type { MonitorEvent } from '../monitor/alarms.ts'
import { RATE_HZ } from '../monitor/integer-qrs.ts'
import type { Source } from '../monitor/sources/source.ts'

/** Rhythm and alarms; everything else marks a beat. */
const NOTES = ['+', '"']

/** How far the files of a recording are complete. */
export interface Checkpoint {
  /** Samples at 360 Hz from the start of the recording. */
  readonly sample: number
  /** When it was written, ms since 1970. */
  readonly wallClock: number
}

/**
 * The files of one monitored recording: RECORD.hol (annotations), events.jsonl and, until the end, RECORD.checkpoint.json. Lines of the
 * log are written whole and at once. Annotations appear whole or not at all, together with a checkpoint, so that after a kill
 * everything up to the checkpoint is there, and reads.
 */
export class MonitorFiles {
  readonly annotations: string
  readonly events: string
  readonly summary: string
  private readonly checkpointFile: string
  private readonly log: number
  /** Beats by their sample: one that had its label before an interruption is not written twice. */
  private readonly beats = new Map<number, AnnotationToWrite>()
  private readonly notes: AnnotationToWrite[] = []
  /** Lines, or the rest of one, that the disk has no room for. */
  private unwritten: Buffer = Buffer.alloc(0)
  private failing = false
  private readonly sampleRateHz: number
  private readonly complain: (sentence: string) => void
  /** Where an interrupted run stood, if this one goes on with it. */
  readonly resumed: Checkpoint | undefined

  constructor(
    folder: string,
    { name, sampleRateHz }: Pick<Source, 'name' | 'sampleRateHz'>,
    resume: boolean,
    complain: (sentence: string) => void,
  ) {
    this.complain = complain
    makeFolder(folder)
    this.sampleRateHz = sampleRateHz
    this.annotations = join(folder, `${name}.hol`)
    this.events = join(folder, 'events.jsonl')
    this.summary = join(folder, 'summary.html')
    this.checkpointFile = join(folder, `${name}.checkpoint.json`)
    this.resumed = resume ? readCheckpoint(this.checkpointFile) : undefined
    const kept = this.resumed ? eventsUntil(this.events, (this.resumed.sample - 0.5) / RATE_HZ) : []
    if (this.resumed && existsSync(this.annotations))
      for (const annotation of readAnnotations(this.annotations).list) this.add(annotation)
    writeFile(this.events, kept.map(line => `${line}\n`).join(''))
    try {
      this.log = openSync(this.events, 'a')
    } catch (error) {
      throw fileError(this.events, 'cannot be written', error)
    }
  }

  /** Adds an annotation; `sample` counts at 360 Hz. */
  annotate(sample: number, symbol: string, aux = ''): void {
    this.add({ sample: Math.round((sample * this.sampleRateHz) / RATE_HZ), symbol, aux })
  }

  /** Appends an event as one line, now or when the disk has room again. */
  event(event: MonitorEvent): void {
    this.unwritten = Buffer.concat([this.unwritten, Buffer.from(`${JSON.stringify(event)}\n`)])
    this.try(() => this.writeLines())
  }

  /** Brings everything up to `sample` onto the disk. */
  checkpoint(sample: number): void {
    this.try(() => this.save(sample))
  }

  /** Writes the end of the recording; throws HolterError where that fails. The checkpoint stays: a recording that was stopped may go on. */
  finish(sample: number, summary: string): void {
    this.save(sample)
    writeFile(this.summary, summary)
    closeSync(this.log)
  }

  /** A heart is watched also while nothing can be written: what fails is tried again, and said once. */
  private try(write: () => void): void {
    try {
      write()
      this.failing = false
    } catch (error) {
      if (!(error instanceof HolterError)) throw error
      if (!this.failing) this.complain(error.message)
      this.failing = true
    }
  }

  private save(sample: number): void {
    this.writeLines()
    fsyncSync(this.log)
    writeAnnotations(this.annotations, [...this.beats.values(), ...this.notes])
    writeFile(this.checkpointFile, `${JSON.stringify({ sample, wallClock: Date.now() } satisfies Checkpoint)}\n`)
  }

  private writeLines(): void {
    try {
      while (this.unwritten.length > 0) this.unwritten = this.unwritten.subarray(writeSync(this.log, this.unwritten))
    } catch (error) {
      throw fileError(this.events, 'cannot be written', error)
    }
  }

  private add(annotation: AnnotationToWrite): void {
    if (NOTES.includes(annotation.symbol ?? '')) this.notes.push(annotation)
    else this.beats.set(annotation.sample, annotation)
  }
}

function readCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined
  try {
    const { sample, wallClock } = JSON.parse(readFileSync(path, 'utf8')) as Checkpoint
    if (Number.isSafeInteger(sample) && sample >= 0 && Number.isFinite(wallClock)) return { sample, wallClock }
  } catch {
    // Said below.
  }
  const problem = 'the checkpoint cannot be read'
  throw new HolterError({ stage: 'monitor', where: path, problem, hint: 'Leave --resume out to begin anew' })
}

/** Returns the whole lines of a log before a time; the last one may have been cut off by a kill. */
function eventsUntil(path: string, seconds: number): string[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => {
      try {
        return (JSON.parse(line) as MonitorEvent).time < seconds
      } catch {
        return false
      }
    })
}
