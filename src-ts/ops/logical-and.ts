import { logical } from './parts/logical.ts'

/** LOGICAL_AND of two bool tensors. */
export const logicalAnd = logical('logicalAnd', 86)
