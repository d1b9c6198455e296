// @ts-check
import { holdPages } from './pages.mjs';

await holdPages(1, 3);
