// @ts-check
import { holdToContract } from './contract.mjs';

await holdToContract(1, 3);
