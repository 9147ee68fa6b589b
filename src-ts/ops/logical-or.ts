import { logical } from './parts/logical.ts'

/** LOGICAL_OR of two bool tensors. */
export const logicalOr = logical('logicalOr', 84)
