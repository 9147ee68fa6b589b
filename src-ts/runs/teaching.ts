/** What teaching takes where nobody says otherwise: divisor of the logits, weight of the teachers in the loss. */
export const TEACHING = { temperature: 1.5, alpha: 0.8 } as const
