// @ts-check
import { holdPages } from './pages.mjs';

await holdPages(2, 3);
