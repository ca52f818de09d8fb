/** A file of its own, loaded when credentials are asked for, and small in the bundle. */
export {fromNodeProviderChain} from '@aws-sdk/credential-providers';
