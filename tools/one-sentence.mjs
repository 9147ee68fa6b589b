// What stops a tool is one sentence, without a stack: a HolterError (exit code 2 if the command line is to blame, else 1), or an option that
// there is not. Everything else is a fault, and keeps its stack.
process.on('uncaughtException', error => {
  const mistyped = error?.code?.startsWith?.('ERR_PARSE_ARGS')
  const expected = error?.name === 'HolterError' || mistyped
  console.error(expected ? error.message : error)
  process.exit(mistyped || error?.detail?.stage === 'usage' ? 2 : 1)
})
