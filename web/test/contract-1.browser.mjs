// @ts-check
import { holdToContract } from './contract.mjs';

await holdToContract(0, 3);
