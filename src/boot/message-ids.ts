/** The MESSAGE_IDs of systemd and journald that the model reads. Stable over all versions that have them. */
export const messageIds = {
	jobBegins: '7d4958e842da4a758f6c1cdc7b36dcc5',
	startDone: '39f53479d3a045ac8e11786248231fbf',
	startFailed: 'be02cf6855d2428ba40df7e9d022f03d',
	stopBegins: 'de5b426a63be47a7b6ac3eaac82e2f6f',
	stopDone: '9d1aaa27d60140bd96365438aad20286',
	/** 245 and newer; older ones have the text and EXIT_CODE alone. */
	processExited: '98e322203f7a4ed290d09fe03c09fe15',
	/** 245 and newer. */
	unitFailed: 'd9b373ed55a64feb8242e02dbe79a49c',
	/** 245 and newer. */
	deactivated: '7ad2d189f7e94e70a38c781354912448',
	/** 237 and newer. */
	restartScheduled: '5eb03494b6584870a536b337290809b3',
	outOfMemory: 'fe6faa94e7774663a0da52717891d8ef',
	coreDump: 'fc2e22bc6ee647b6b90729ab34a250b1',
	execFailed: '641257651c1b4ec9a8624d7a40a9e1e7',
	startupFinished: 'b07a249cd024414a82dd00cd181378ff',
	/** The same sentence in a container. */
	startupFinishedInContainer: 'eed00a68ffd84e31882105fd973abdd1',
	linesSuppressed: 'a596d6fe7bfa4994828e72309e95d61e',
	clockChanged: 'c7a787079b354eaaa9e77b371893cd27',
	shutdown: '98268866d1d54a499c4e98921d93bc40',
	powerKey: 'b72ea4a2881545a0b50e200e55b9b06f',
} as const;
