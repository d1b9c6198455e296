import { start } from '../../../start';
import { route } from '../../../routes';
import Page from './Page.svelte';

start(Page, route('learn/1-code'));
