import { Command } from 'commander'
import { counted } from '../report/numbers.ts'
import { paint, table } from '../report/terminal.ts'
import type { DoctorReport } from '../runs/doctor.ts'
import { json, printJson } from './options.ts'

/** `holter doctor`: what is here, and what is not. */
export const doctor = new Command('doctor')
  .summary('show which engines, libraries, compilers and data are here, and how to get the others')
  .description(
    'Looks for everything that Holter can use on this machine: what is there, what each missing part would give, and how to get it. ' +
      'Installs nothing.',
  )
  .addOption(json())
  .addHelpText('after', '\nExample: holter doctor')
  .action(async (options: { json?: boolean }) => {
    const { doctor } = await import('../runs/doctor.ts')
    const report = doctor()
    if (options.json) printJson(report)
    else console.log(textOf(report))
    if (!report.node.supported) process.exitCode = 1
  })

function textOf({ holter, node, platform, parts }: DoctorReport): string {
  const rows = parts.map(({ kind, name, present, gives }) => [
    present ? paint('green', 'yes') : paint('red', 'no'),
    kind,
    name,
    gives,
  ])
  const missing = parts.filter(({ present }) => !present)
  const ways = missing.map(({ name, get }) => `  ${name}: ${get}`)
  return [
    `Holter ${holter}, Node.js ${node.version}${node.supported ? '' : ' (too old: install 20, 22 or 24)'}, ${platform}`,
    table(['here', 'kind', 'name', 'what it gives'], rows),
    missing.length
      ? `${counted(missing.length, 'part')} missing. How to get them:\n${ways.join('\n')}`
      : 'Nothing is missing.',
  ].join('\n\n')
}
