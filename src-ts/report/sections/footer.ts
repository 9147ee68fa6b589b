import { html } from '../html.ts'

/** What a report is not. */
export const footer = html`<footer><b>This is not a medical device.</b> Nothing in this report has been validated for diagnosis, and it must not be used to treat anyone.</footer>
`
