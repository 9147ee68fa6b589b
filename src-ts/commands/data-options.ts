import { type Command, Option } from 'commander'
import { VOLTAGES } from '../ecg/signal/voltage-units.ts'
import { within } from './options.ts'

/** Gives a command the options that say where its records come from and how they are read, and returns it. */
export function withDataOptions(command: Command): Command {
  command
    .option(
      '-d, --data <dir>',
      'folder with the data (default: ECG_DATA_DIR, then fetched data, then synthetic records)',
    )
    .option('--skip-missing', 'leave out records whose files are missing, and count them')
    .option('--synthetic', 'draw synthetic records, whatever data is there; all that is made with them says so')
  return withReadingOptions(command)
}

/** Gives a command the options that say how files of one's own are read, and returns it. */
export function withReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--rate <hz>', "sample rate of your CSV and .npy files (default: the task's)").argParser(
        within(1, 1e6),
      ),
    )
    .addOption(new Option('--units <unit>', 'unit of your CSV and .npy files (default: mV)').choices(VOLTAGES))
    .option('--resample', 'convert your files of another sample rate')
}
