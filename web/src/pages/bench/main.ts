import { start } from '../../start';
import Page from './Page.svelte';

start(Page);
