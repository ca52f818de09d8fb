import {expect, test} from 'vitest';
import {bypassesProxy} from '../../src/aws/no-proxy.ts';

test.each([
	['127.0.0.1', 80, undefined, true],
	['127.9.9.9', 80, undefined, true],
	['localhost', 443, undefined, true],
	['lab.localhost', 443, undefined, true],
	['::1', 443, undefined, true],
	['[::1]', 443, undefined, true],
	['169.254.169.254', 80, undefined, true],
	['169.254.170.2', 80, undefined, true],
	['fd00:ec2::254', 80, undefined, true],
	['autoscaling.eu-west-1.amazonaws.com', 443, undefined, false],
	['autoscaling.eu-west-1.amazonaws.com', 443, '', false],
	['autoscaling.eu-west-1.amazonaws.com', 443, '*', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, 'amazonaws.com', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, '.amazonaws.com', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, '*.amazonaws.com', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, 'example.com, amazonaws.com', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, 'example.com amazonaws.com:443', true],
	['autoscaling.eu-west-1.amazonaws.com', 443, 'amazonaws.com:8443', false],
	['xamazonaws.com', 443, 'amazonaws.com', false],
	['AMAZONAWS.COM', 443, 'amazonaws.com', true],
	['10.1.2.3', 443, '10.0.0.0/8', true],
	['11.1.2.3', 443, '10.0.0.0/8', false],
	['10.1.2.3', 443, '10.0.0.0/99', false],
	['10.1.2.3', 443, '10.1.2.3', true],
	['localhost.evil.tld', 443, undefined, false],
	['127.0.0.1.evil.tld', 443, undefined, false],
])('N3 %s:%i with NO_PROXY %j', (host, port, noProxy, expected) => {
	expect(bypassesProxy(host, port, noProxy)).toBe(expected);
});
