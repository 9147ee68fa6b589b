import { Option } from 'commander'

export const dataOption = () =>
  new Option(
    '-d, --data <dir>',
    'folder with the data (default: ECG_DATA_DIR, then fetched data, then synthetic records)',
  )
export const skipMissingOption = () =>
  new Option('--skip-missing', 'leave out records whose files are missing, and count them')
export const syntheticOption = () =>
  new Option('--synthetic', 'draw synthetic records, whatever data is there; all that is made with them says so')
