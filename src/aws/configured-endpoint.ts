/** What environment and shared config say for a service; the SDK's types hide that it knows. */
export const configuredEndpoint = async (client: {readonly config: object}): Promise<string | null> => {
	const {serviceConfiguredEndpoint} = client.config as {
		serviceConfiguredEndpoint?: () => Promise<string | undefined>;
	};
	return (await serviceConfiguredEndpoint?.()) ?? null;
};
