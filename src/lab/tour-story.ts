/** What the tour shows of the lab's own scenario: which group, and the commands of its story. */

export const tourStory = {
	group: 'web-prod',
	/** What a person would do in the file: another bucket, which the role of the boxes may read. */
	editor: 'sed -i s/foo-app-config-prod/foo-app-config/',
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
		{
			says: 'Which buckets may this role see? Asked on the box.',
			words: ['run', 'web-prod/1', '--', 'aws', 's3', 'ls'],
		},
		{
			says: 'The file that names the bucket, in the editor and back: whole or not at all.',
			words: ['edit', 'web-prod/1', '/etc/instance-metadata/env.sh', '--yes'],
		},
		{
			says: 'The unit runs again, then what its failure had cancelled: seconds instead of a new box.',
			words: ['retry', 'web-prod/1', 's3-config-sync.service'],
		},
		{
			says: 'The load balancer finds the box healthy.',
			words: ['show', 'web-prod'],
		},
	],
} as const;
