/** What the tour shows of the lab's own scenario: which group, and the commands of its story. */

export const tourStory = {
	group: 'web-prod',
	steps: [
		{
			says: 'The boot of a box that lives on: one unit failed, and took others along.',
			words: ['boot', 'web-prod/1'],
		},
		{
			says: 'Why, in one sentence, with its evidence and what to try.',
			words: ['why', 'web-prod/1'],
		},
		{
			says: "The failed unit's own words, read over SSM with nothing installed.",
			words: ['logs', 'web-prod/1', '-u', 's3-config-sync.service', '-n', '8'],
		},
	],
} as const;
