/** First step of the path of each random stream that training draws from, so that no two share numbers. */
export const streams = { order: 1, distortion: 2, dropout: 3, mixup: 4, auxiliary: 5, style: 6 } as const
