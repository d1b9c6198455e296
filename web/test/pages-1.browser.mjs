// @ts-check
import { holdPages } from './pages.mjs';

await holdPages(0, 3);
