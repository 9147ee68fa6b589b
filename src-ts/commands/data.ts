import { Command } from 'commander'
import { dataCheck } from './data-check.ts'
import { dataFetch } from './data-fetch.ts'
import { dataList } from './data-list.ts'

/** `holter data`: what there is, what is wrong with it, and how to get it. */
export const data = new Command('data').summary('list, check or fetch data sets')
for (const command of [dataList, dataCheck, dataFetch]) data.addCommand(command.exitOverride())
