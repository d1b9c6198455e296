import { later, type Day, type ItemRecord } from '../progress/progress';

/** What is known of a question, in a few words; nothing for one that was never asked. */
export function comesBack(record: ItemRecord | undefined, today: Day): string {
	if (!record) return '';
	if (record.due === undefined) return `Right on ${dayText(record.on)}.`;
	if (record.due <= today) return 'Due today.';
	return record.due === later(today, 1) ? 'Comes back tomorrow.' : `Comes back on ${dayText(record.due)}.`;
}

const months = 'January February March April May June July August September October November December';

/** "23 November 2026". */
export function dayText(day: Day): string {
	const [year, month, date] = day.split('-').map(Number);
	return `${date} ${months.split(' ')[month! - 1]} ${year}`;
}
