// @ts-check
import { holdToContract } from './contract.mjs';

await holdToContract(2, 3);
