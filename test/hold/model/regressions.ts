/** Schedules in which the model once found a broken promise, made small. Each name says what went wrong. */
import {presetProcesses} from '../../../src/hold/processes.ts';
import type {HolderPlan, Schedule} from './schedule.ts';

const freeze = presetProcesses('freeze');

const holder = (plan: Partial<HolderPlan>): HolderPlan => ({
	beginAt: 0,
	aim: freeze,
	forMs: 120_000,
	net: 'fuse',
	releaseAfter: null,
	crash: null,
	guardianCrash: null,
	guardianDiesAfter: null,
	sleep: null,
	linger: null,
	answers: null,
	extend: null,
	renewalsEndAfter: null,
	credentialsMs: null,
	...plan,
});

const schedule = (parts: Partial<Schedule>): Schedule => ({
	seed: 0,
	initial: [],
	refreshes: false,
	faults: 0,
	staleMs: 0,
	denied: null,
	contention: null,
	queue: null,
	limit: null,
	fuseLeavesTag: false,
	holders: [],
	meddling: [],
	...parts,
});

const dead = holder({crash: {call: 1, applied: false, guardianToo: false}});

export const foundByTheModel: readonly {readonly name: string; readonly schedule: Schedule}[] = [
	{
		name: 'a hold that came and went left a process to a fuse whose hold was asleep, and nobody resumed it',
		schedule: schedule({
			contention: {from: 0, to: 4000},
			holders: [
				holder({
					forMs: 60000,
					releaseAfter: 5000,
					crash: {call: 14, applied: false, guardianToo: false},
					guardianCrash: 5,
					sleep: {after: 5000, ms: 14000},
					extend: {after: 10000, ms: 60000},
				}),
				holder({beginAt: 1000, forMs: 60000, releaseAfter: 7000, aim: ['AZRebalance']}),
			],
		}),
	},
	{
		name: 'a start of a fuse slept on its way, and its hold was closed before it arrived',
		schedule: schedule({
			seed: 321305539,
			limit: {from: 230000, to: 310000},
			meddling: [{at: 103000, act: 'forge', letters: 'L', phase: 'expired', renews: false}],
			holders: [
				holder({
					beginAt: 223000,
					forMs: 900000,
					releaseAfter: 177000,
					guardianCrash: 1,
					sleep: {after: 6000, ms: 5000},
				}),
				holder({
					forMs: 900000,
					releaseAfter: 401000,
					sleep: {after: 310000, ms: 291000},
					aim: ['AddToLoadBalancer'],
				}),
			],
		}),
	},
	{
		name: 'of two starts with one deadline the stopped run was taken for both',
		schedule: schedule({
			seed: 473102194,
			faults: 0.4,
			limit: {from: 0, to: 0},
			holders: [
				holder({forMs: 60000, releaseAfter: 0, renewalsEndAfter: 30000}),
				holder({
					forMs: 335000,
					releaseAfter: 197000,
					sleep: {after: 5000, ms: 5000},
					aim: ['InstanceRefresh'],
				}),
				holder({
					forMs: 60000,
					crash: {call: 1, applied: false, guardianToo: false},
					sleep: {after: 5000, ms: 5000},
					aim: ['AZRebalance'],
				}),
			],
		}),
	},
	{
		name: 'a hold without a fuse took the repairs of another for its own, and resumed them again and again',
		schedule: schedule({
			holders: [
				holder({beginAt: 181_000, aim: ['HealthCheck'], forMs: 60_000}),
				holder({
					aim: ['AddToLoadBalancer'],
					forMs: 60_000,
					releaseAfter: 1000,
					crash: {call: 8, applied: true, guardianToo: true},
					sleep: {after: 5000, ms: 5000},
				}),
				holder({
					beginAt: 182_000,
					aim: ['HealthCheck'],
					forMs: 150_000,
					net: 'none',
					releaseAfter: 44_000,
					guardianCrash: 1,
					renewalsEndAfter: 30_000,
				}),
			],
		}),
	},
	{
		name: 'a hold without a fuse left its processes to one that had given them up',
		schedule: schedule({
			queue: {from: 0, to: 30_000},
			holders: [
				holder({
					aim: ['AlarmNotification', 'AddToLoadBalancer'],
					crash: {call: 32, applied: false, guardianToo: false},
					guardianCrash: 7,
					sleep: {after: 5000, ms: 5000},
				}),
				holder({
					beginAt: 25_000,
					aim: ['AlarmNotification', 'ScheduledActions'],
					net: 'none',
					forMs: 180_000,
					releaseAfter: 7000,
				}),
			],
		}),
	},
	{
		name: 'what another hold had suspended between our look and our call was left by both',
		schedule: schedule({
			seed: 2_117_985_488,
			holders: [
				holder({beginAt: 27_000, releaseAfter: 2000, renewalsEndAfter: 30_000}),
				holder({beginAt: 27_000, aim: ['ScheduledActions'], guardianDiesAfter: 0}),
			],
		}),
	},
	{
		name: 'a release that the machine slept through resumed by a read of the day before',
		schedule: schedule({
			seed: 1_546_863_450,
			faults: 0.4,
			holders: [
				holder({aim: ['ScheduledActions'], guardianDiesAfter: 0, credentialsMs: 481_000}),
				holder({
					beginAt: 13_000,
					releaseAfter: 29_000,
					crash: {call: 28, applied: false, guardianToo: false},
					guardianCrash: 1,
					sleep: {after: 40_000, ms: 204_000},
				}),
			],
			meddling: [{at: 256_000, act: 'suspend', processes: ['AlarmNotification']}],
		}),
	},
	{
		name: 'a joined process was left to nobody by a release that could not read the group',
		schedule: schedule({
			seed: 3,
			faults: 0.05,
			contention: {from: 8000, to: 56_000},
			holders: [
				holder({
					aim: ['Launch'],
					releaseAfter: 7000,
					crash: {call: 17, applied: false, guardianToo: false},
					guardianDiesAfter: 0,
				}),
				holder({}),
				holder({beginAt: 1000, aim: ['Launch'], releaseAfter: 36_000, credentialsMs: 456_000}),
			],
		}),
	},
	{
		name: 'a forged claim and a group that cannot be read stopped our fuse over a suspended process',
		schedule: schedule({
			seed: 505_713_209,
			faults: 0.4,
			holders: [dead, holder({aim: ['Launch'], forMs: 251_000}), dead],
			meddling: [
				{at: 1000, act: 'forge', letters: 'L', phase: 'live', renews: false},
				{at: 50_000, act: 'cancel', holder: 1},
			],
		}),
	},
	{
		name: 'a reason nobody could judge was resumed blindly',
		schedule: schedule({
			seed: 25,
			faults: 0.4,
			holders: [
				holder({beginAt: 20_000, aim: ['InstanceRefresh'], net: 'none', forMs: 180_000, releaseAfter: 6000}),
				holder({aim: ['AZRebalance'], releaseAfter: 101_000, guardianCrash: 1}),
				dead,
			],
			meddling: [{at: 112_000, act: 'suspend', processes: ['AZRebalance', 'InstanceRefresh']}],
		}),
	},
	{
		name: 'a releasing tag written anew was not in the ledger, and the entry was only reported',
		schedule: schedule({
			denied: {operation: 'resume', from: 0, to: 433_000},
			holders: [holder({}), holder({aim: ['AZRebalance'], releaseAfter: 0})],
			meddling: [{at: 95_000, act: 'cancel', holder: 0}],
		}),
	},
	{
		name: 'an adoption armed a fuse for a process that somebody had suspended anew meanwhile',
		schedule: schedule({
			denied: {operation: 'see-fuses', from: 0, to: 281_000},
			holders: [
				holder({
					beginAt: 252_000,
					releaseAfter: 29_000,
					crash: {call: 27, applied: false, guardianToo: false},
					guardianCrash: 1,
					sleep: {after: 29_000, ms: 5000},
				}),
				holder({
					aim: ['ReplaceUnhealthy', 'HealthCheck'],
					forMs: 301_000,
					crash: {call: 60, applied: false, guardianToo: false},
				}),
			],
			meddling: [{at: 276_000, act: 'swap', process: 'AZRebalance'}],
		}),
	},
	{
		name: 'a guardian waiting behind a forged claim resumed what its fuse had resumed',
		schedule: schedule({
			holders: [holder({beginAt: 36_000, aim: ['AlarmNotification'], forMs: 900_000, releaseAfter: 364_000})],
			meddling: [{at: 0, act: 'forge', letters: 'RHTZASIL', phase: 'live', renews: true}],
		}),
	},
	{
		name: 'a repair that was read back too early was not counted, and the hold fought on',
		schedule: schedule({
			seed: 1757990713,
			refreshes: true,
			staleMs: 8000,
			holders: [
				holder({beginAt: 119000, forMs: 341000, releaseAfter: 262000, guardianCrash: 1}),
				holder({
					beginAt: 68000,
					forMs: 238000,
					crash: {call: 16, applied: false, guardianToo: true},
					sleep: {after: 5000, ms: 5000},
					credentialsMs: 598000,
					aim: ['HealthCheck'],
				}),
				holder({beginAt: 284000, forMs: 60000, extend: {after: 60000, ms: 60000}}),
			],
			meddling: [
				{at: 199000, act: 'fight', process: 'Terminate'},
				{at: 219000, act: 'suspend', processes: ['Terminate', 'AddToLoadBalancer']},
			],
		}),
	},
	{
		name: 'a fuse that others had left processes to was stopped by somebody, and the next start of its dead hold left them',
		schedule: schedule({
			holders: [
				holder({
					forMs: 60000,
					releaseAfter: 0,
					crash: {call: 1, applied: false, guardianToo: false},
					sleep: {after: 5000, ms: 5000},
					aim: ['InstanceRefresh'],
				}),
				holder({forMs: 60000, crash: {call: 15, applied: false, guardianToo: false}}),
				holder({
					forMs: 60000,
					releaseAfter: 1000,
					crash: {call: 12, applied: false, guardianToo: false},
					guardianCrash: 1,
				}),
			],
			meddling: [{at: 12000, act: 'cancel', holder: 2}],
		}),
	},
	{
		name: 'a release that left everything to another hold did not wait for a Suspend that was still on its way',
		schedule: schedule({
			seed: 704811053,
			initial: ['AddToLoadBalancer'],
			faults: 0.4,
			queue: {from: 0, to: 0},
			holders: [
				holder({forMs: 60000, releaseAfter: 49000, aim: ['InstanceRefresh', 'AddToLoadBalancer']}),
				holder({
					forMs: 60000,
					releaseAfter: 0,
					crash: {call: 1, applied: false, guardianToo: false},
					guardianDiesAfter: 0,
					aim: ['Launch'],
				}),
				holder({forMs: 60000, sleep: {after: 5000, ms: 5000}}),
			],
			meddling: [],
		}),
	},
	{
		name: 'a lost start was repeated to be stopped, armed a fuse for what somebody had suspended since, and then all died',
		schedule: schedule({
			seed: 1923237147,
			faults: 0.4,
			holders: [
				holder({
					forMs: 60000,
					releaseAfter: 31000,
					crash: {call: 19, applied: true, guardianToo: true},
					sleep: {after: 31000, ms: 31000},
				}),
				holder({
					forMs: 60000,
					crash: {call: 1, applied: false, guardianToo: false},
					guardianCrash: 1,
					aim: ['ReplaceUnhealthy'],
				}),
			],
			meddling: [{at: 1000, act: 'suspend', processes: ['AlarmNotification']}],
		}),
	},
	{
		name: 'an old read after a repair showed a reason of before it, and the repair was left to its owner',
		schedule: schedule({
			seed: 579824608,
			refreshes: true,
			staleMs: 8000,
			holders: [
				holder({
					forMs: 900000,
					releaseAfter: 400000,
					sleep: {after: 5000, ms: 5000},
					aim: ['Terminate', 'AZRebalance'],
				}),
			],
			meddling: [
				{at: 37000, act: 'suspend', processes: ['Terminate', 'AlarmNotification']},
				{at: 48000, act: 'resume', processes: ['Terminate', 'AddToLoadBalancer']},
			],
		}),
	},
	{
		name: 'a release just after a repair read what was before it, and left the repair to somebody',
		schedule: schedule({
			seed: 33,
			refreshes: true,
			staleMs: 8000,
			holders: [holder({forMs: 900000, releaseAfter: 51221, aim: ['Terminate', 'AZRebalance']})],
			meddling: [
				{at: 37000, act: 'suspend', processes: ['Terminate', 'AlarmNotification']},
				{at: 48000, act: 'resume', processes: ['Terminate', 'AddToLoadBalancer']},
			],
		}),
	},
	{
		name: 'an adoption cut short by a lost terminal was repaired after the take-up under a fuse without it',
		schedule: schedule({
			initial: ['ReplaceUnhealthy'],
			limit: {from: 1000, to: 48000},
			holders: [holder({forMs: 60000, linger: {after: 46000, ms: 2000, takeUpAfter: 1000}})],
			meddling: [{at: 25000, act: 'resume', processes: ['ReplaceUnhealthy', 'InstanceRefresh']}],
		}),
	},
	{
		name: 'one failed look at the runs, and what another hold had left unseen was left to nobody',
		schedule: schedule({
			seed: 2147483636,
			faults: 0.15,
			holders: [
				holder({
					forMs: 60000,
					releaseAfter: 20000,
					crash: {call: 1, applied: false, guardianToo: false},
					guardianCrash: 1,
					aim: ['AZRebalance'],
				}),
				holder({forMs: 60000, releaseAfter: 24000}),
				holder({forMs: 60000, crash: {call: 24, applied: false, guardianToo: false}}),
			],
		}),
	},
	{
		name: 'of two fuses that were due only the first was looked at, and the second had resumed it all',
		schedule: schedule({
			seed: 1786192465,
			contention: {from: 210000, to: 877000},
			holders: [
				holder({
					beginAt: 108000,
					forMs: 340000,
					crash: {call: 78, applied: false, guardianToo: false},
					extend: {after: 165000, ms: 60000},
				}),
			],
		}),
	},
	{
		name: 'a release whose tag could not be written resumed what nobody could say whose it was',
		schedule: schedule({
			seed: 553887829,
			faults: 0.4,
			holders: [
				holder({forMs: 60000, guardianCrash: 1}),
				holder({forMs: 189000, releaseAfter: 189000, aim: ['HealthCheck', 'Launch']}),
				holder({beginAt: 139000, forMs: 60000, crash: {call: 30, applied: true, guardianToo: false}}),
			],
			meddling: [{at: 193000, act: 'swap', process: 'ReplaceUnhealthy'}],
		}),
	},
	{
		name: 'a fuse that a denied stop had left was cancelled by somebody, after the last hold had left all to it',
		schedule: schedule({
			denied: {operation: 'stop-fuse', from: 0, to: 269000},
			holders: [
				holder({beginAt: 12000, forMs: 900000, releaseAfter: 388000}),
				holder({
					beginAt: 48000,
					forMs: 900000,
					releaseAfter: 352000,
					extend: {after: 10000, ms: 60000},
					credentialsMs: 686000,
				}),
				holder({
					beginAt: 12000,
					forMs: 900000,
					releaseAfter: 388000,
					guardianCrash: 1,
					renewalsEndAfter: 101000,
				}),
			],
			meddling: [{at: 385000, act: 'cancel', holder: 2}],
		}),
	},
	{
		name: 'a hold whose releasing tag had expired was taken for live, and was left what nobody resumed',
		schedule: schedule({
			denied: {operation: 'stop-fuse', from: 71000, to: 175000},
			holders: [
				holder({forMs: 60000, linger: {after: 5000, ms: 0, takeUpAfter: 1000}}),
				holder({forMs: 180000, releaseAfter: 180000}),
				holder({
					beginAt: 111000,
					forMs: 60000,
					crash: {call: 9, applied: false, guardianToo: false},
					sleep: {after: 26000, ms: 5000},
					credentialsMs: 456000,
					aim: ['HealthCheck', 'AddToLoadBalancer'],
				}),
			],
		}),
	},
	{
		name: 'a release resumed what ran because a fuse had just resumed it, in the moment its other hold repaired it',
		schedule: schedule({
			holders: [
				holder({beginAt: 90000, forMs: 378000, linger: {after: 5000, ms: 2000, takeUpAfter: 1000}}),
				holder({beginAt: 183000, forMs: 220000, sleep: {after: 7000, ms: 267000}, aim: ['Terminate']}),
				holder({
					beginAt: 212000,
					forMs: 394000,
					guardianCrash: 1,
					guardianDiesAfter: 0,
					aim: [
						'ReplaceUnhealthy',
						'HealthCheck',
						'Terminate',
						'AZRebalance',
						'AlarmNotification',
						'ScheduledActions',
						'InstanceRefresh',
						'Launch',
					],
				}),
			],
		}),
	},
	{
		name: 'a guardian that could not read whose a suspension was asked no more once it could, and its fuse resumed it',
		schedule: schedule({
			denied: {operation: 'see-fuses', from: 0, to: 822000},
			holders: [
				holder({
					beginAt: 30000,
					forMs: 900000,
					releaseAfter: 370000,
					aim: ['Terminate', 'Launch'],
					sleep: {after: 257000, ms: 140000},
					linger: {after: 282000, ms: 0, takeUpAfter: 115000},
				}),
				holder({forMs: 900000, releaseAfter: 400000, guardianCrash: 1, renewalsEndAfter: 30000}),
			],
			meddling: [
				{at: 531000, act: 'swap', process: 'Launch'},
				{at: 0, act: 'forge', letters: 'L', phase: 'expired', renews: true},
				{at: 561000, act: 'cancel', holder: 0},
			],
		}),
	},
	{
		name: 'a hold woke to a fuse that had fired, and let go of what another had left to the later one',
		schedule: schedule({
			holders: [
				holder({
					beginAt: 33000,
					forMs: 900000,
					releaseAfter: 367000,
					aim: ['ScheduledActions'],
					guardianCrash: 1,
					sleep: {after: 101000, ms: 276000},
				}),
				holder({
					beginAt: 121000,
					forMs: 900000,
					releaseAfter: 279000,
					aim: ['ScheduledActions', 'InstanceRefresh'],
					guardianDiesAfter: 0,
					linger: {after: 5000, ms: 0, takeUpAfter: 1000},
				}),
			],
		}),
	},
	{
		name: 'the next start let go of what another hold had left to the later fuse of a dead one',
		schedule: schedule({
			holders: [
				holder({
					beginAt: 33000,
					forMs: 900000,
					aim: ['ScheduledActions'],
					guardianCrash: 1,
					guardianDiesAfter: 0,
					crash: {call: 60, applied: true, guardianToo: true},
				}),
				holder({
					beginAt: 60000,
					forMs: 900000,
					releaseAfter: 300000,
					aim: ['ScheduledActions', 'InstanceRefresh'],
				}),
			],
			meddling: [{at: 372000, act: 'next start', holder: 0}],
		}),
	},
	{
		name: 'a release looked at the runs again after its fuse had fired, and resumed what the fuse had resumed',
		schedule: schedule({
			holders: [
				holder({beginAt: 1000, forMs: 60000, guardianCrash: 1, sleep: {after: 6000, ms: 134000}}),
				holder({
					forMs: 60000,
					aim: ['ReplaceUnhealthy', 'HealthCheck'],
					crash: {call: 18, applied: false, guardianToo: false},
					sleep: {after: 5000, ms: 158000},
					linger: {after: 5000, ms: 0, takeUpAfter: 1000},
				}),
			],
			meddling: [
				{at: 248000, act: 'suspend', processes: ['HealthCheck', 'ScheduledActions', 'AddToLoadBalancer']},
			],
		}),
	},
	{
		name: "what was somebody else's was suspended anew by a hold that left it to a fuse, and nobody resumed it",
		schedule: schedule({
			seed: 180498298,
			faults: 0.05,
			limit: {from: 0, to: 0},
			holders: [
				holder({
					beginAt: 100000,
					aim: ['ReplaceUnhealthy', 'Launch', 'AddToLoadBalancer'],
					forMs: 150000,
					net: 'none',
					credentialsMs: 450000,
				}),
				holder({
					beginAt: 118000,
					aim: [...freeze, 'Launch'],
					forMs: 60000,
					releaseAfter: 20000,
					sleep: {after: 20000, ms: 5000},
				}),
				holder({
					beginAt: 115000,
					aim: [...freeze, 'Launch'],
					forMs: 60000,
					releaseAfter: 16000,
					crash: {call: 13, applied: false, guardianToo: false},
					guardianDiesAfter: 0,
					sleep: {after: 17000, ms: 6000},
					renewalsEndAfter: 30000,
				}),
			],
			meddling: [
				{at: 132000, act: 'untag', holder: 2},
				{at: 0, act: 'fight', process: 'ReplaceUnhealthy'},
			],
		}),
	},
	{
		name: 'the guardian of a hold without a fuse waited for a late suspend, and resumed what a live hold suspended meanwhile',
		schedule: schedule({
			holders: [
				holder({aim: ['Launch'], forMs: 172000}),
				holder({beginAt: 200000, forMs: 73000, releaseAfter: 73000, answers: true}),
				holder({
					beginAt: 161000,
					forMs: 150000,
					net: 'none',
					crash: {call: 14, applied: false, guardianToo: false},
				}),
			],
		}),
	},
	{
		name: 'a late suspend of a hold without a fuse was taken for that of a hold that was there before',
		schedule: schedule({
			seed: 11,
			faults: 0.4,
			holders: [
				holder({
					aim: [...freeze, 'Launch'],
					forMs: 156000,
					net: 'none',
					releaseAfter: 36000,
					extend: {after: 10000, ms: 60000},
					credentialsMs: 456000,
				}),
				holder({forMs: 60000, releaseAfter: 0}),
				holder({
					forMs: 60000,
					releaseAfter: 32000,
					crash: {call: 13, applied: false, guardianToo: false},
					sleep: {after: 33000, ms: 88000},
				}),
			],
		}),
	},
	{
		name: 'a late suspend of a hold without a fuse was left to one whose fuse covered it only until it was renewed',
		schedule: schedule({
			seed: 744841063,
			faults: 0.15,
			holders: [
				holder({
					beginAt: 119000,
					aim: ['ScheduledActions'],
					forMs: 150000,
					net: 'none',
					releaseAfter: 35000,
					guardianCrash: 1,
				}),
				holder({
					beginAt: 165000,
					forMs: 60000,
					releaseAfter: 20000,
					crash: {call: 30, applied: false, guardianToo: false},
					guardianCrash: 1,
					guardianDiesAfter: 0,
				}),
			],
			meddling: [{at: 0, act: 'forge', letters: 'L', phase: 'live', renews: false}],
		}),
	},
	{
		name: 'a machine slept before it stopped its older fuse, and stopped it while the newer one was about to fire',
		schedule: schedule({
			seed: 777551187,
			staleMs: 4000,
			denied: {operation: 'resume', from: 0, to: 363000},
			holders: [
				holder({
					aim: ['Terminate'],
					forMs: 900000,
					releaseAfter: 400000,
					guardianCrash: 1,
					sleep: {after: 101000, ms: 300000},
					extend: {after: 11000, ms: 60000},
				}),
			],
		}),
	},
	{
		name: 'a key pressed on waking hid from the release that the machine had slept, and it resumed what its fuse had resumed',
		schedule: schedule({
			seed: 27300662,
			queue: {from: 1000, to: 235000},
			holders: [
				holder({
					aim: ['ScheduledActions'],
					forMs: 900000,
					releaseAfter: 400000,
					sleep: {after: 233000, ms: 289000, inCall: 3},
				}),
				holder({
					beginAt: 90000,
					aim: ['AddToLoadBalancer'],
					forMs: 900000,
					net: 'none',
					releaseAfter: 312000,
					guardianCrash: 1,
				}),
				holder({beginAt: 8000, aim: ['Launch'], forMs: 900000, releaseAfter: 396000}),
			],
		}),
	},
	{
		name: 'after a sleep in its release a hold that could not read the group resumed blindly what its fuse had resumed',
		schedule: schedule({
			seed: 2147483617,
			faults: 0.4,
			staleMs: 8000,
			holders: [
				holder({
					aim: ['HealthCheck', 'AddToLoadBalancer'],
					forMs: 61000,
					releaseAfter: 61000,
					crash: {call: 48, applied: false, guardianToo: false},
					sleep: {after: 108000, ms: 31000, inCall: 3},
					credentialsMs: 451000,
				}),
				holder({
					aim: ['AddToLoadBalancer'],
					forMs: 60000,
					releaseAfter: 0,
					crash: {call: 1, applied: false, guardianToo: false},
					extend: {after: 10000, ms: 60000},
				}),
			],
			meddling: [{at: 152000, act: 'suspend', processes: ['HealthCheck', 'InstanceRefresh']}],
		}),
	},
	{
		name: 'after seventeen suspends a hold had forgotten the time of its first, and took what it had suspended then for another’s',
		schedule: schedule({
			seed: 778032061,
			refreshes: true,
			faults: 0.15,
			holders: [
				dead,
				holder({forMs: 591000, net: 'none', answers: true, credentialsMs: 891000}),
				holder({
					beginAt: 15000,
					aim: ['InstanceRefresh'],
					forMs: 60000,
					sleep: {after: 5000, ms: 5000, inCall: 0},
				}),
			],
			meddling: [
				{at: 62000, act: 'fight', process: 'Terminate'},
				{at: 0, act: 'fight', process: 'ReplaceUnhealthy'},
			],
		}),
	},
	{
		name: 'the read on which a hold saw that its time was over was thrown away, and with it whose a suspension was',
		schedule: schedule({
			seed: 1952115058,
			faults: 0.4,
			holders: [
				holder({
					forMs: 60000,
					guardianCrash: 1,
					sleep: {after: 34000, ms: 5000, inCall: 1},
				}),
				holder({
					aim: ['InstanceRefresh'],
					forMs: 60000,
					releaseAfter: 0,
					crash: {call: 1, applied: false, guardianToo: false},
					extend: {after: 10000, ms: 60000},
				}),
			],
			meddling: [{at: 37000, act: 'swap', process: 'ReplaceUnhealthy'}],
		}),
	},
	{
		name: 'with its tag taken away, a later start gave back what it knew by reason, and not what another hold had left to its fuse',
		schedule: schedule({
			holders: [
				holder({
					aim: ['InstanceRefresh'],
					forMs: 60000,
					releaseAfter: 0,
					guardianDiesAfter: 0,
					renewalsEndAfter: 30000,
				}),
				holder({aim: [...freeze, 'Launch'], forMs: 60000}),
				holder({
					beginAt: 1000,
					aim: [...freeze, 'Launch'],
					forMs: 60000,
					releaseAfter: 6000,
					crash: {call: 11, applied: false, guardianToo: false},
					guardianCrash: 3,
					guardianDiesAfter: 0,
					extend: {after: 10000, ms: 60000},
				}),
			],
			meddling: [
				{at: 3000, act: 'resume', processes: ['Launch']},
				{at: 71000, act: 'next start', holder: 2},
				{at: 13000, act: 'untag', holder: 2},
			],
		}),
	},
	{
		name: 'a hold that could not adopt a process forgot it, and another had left it to the fuse that was armed for it',
		schedule: schedule({
			seed: 1370440824,
			faults: 0.15,
			holders: [
				holder({
					aim: ['Terminate', 'Launch'],
					forMs: 230000,
					net: 'none',
					crash: {call: 65, applied: false, guardianToo: false},
				}),
				holder({
					beginAt: 159000,
					forMs: 60000,
					guardianDiesAfter: 20000,
					linger: {after: 5000, ms: 0, takeUpAfter: 1000},
					extend: {after: 33000, ms: 60000},
				}),
				holder({
					beginAt: 140000,
					aim: ['ReplaceUnhealthy', 'Terminate'],
					forMs: 246000,
					releaseAfter: 125000,
					sleep: {after: 125000, ms: 5000, inCall: 0},
				}),
			],
		}),
	},
	{
		name: 'a group that may not be read, after a sleep in the release, was resumed at once, and what somebody suspended since with it',
		schedule: schedule({
			seed: 12,
			denied: {operation: 'read', from: 22000, to: 243000},
			meddling: [{at: 241000, act: 'suspend', processes: ['ReplaceUnhealthy', 'AddToLoadBalancer']}],
			holders: [
				holder({
					forMs: 150000,
					net: 'none',
					releaseAfter: 21000,
					sleep: {after: 5000, ms: 221000, inCall: 4},
				}),
				holder({
					forMs: 60000,
					aim: ['ReplaceUnhealthy', 'ScheduledActions'],
					crash: {call: 8, applied: true, guardianToo: true},
				}),
			],
		}),
	},
	{
		name: 'one failed look at its own fuse, and a hold stopped it over what another had left to it',
		schedule: schedule({
			seed: 1525053701,
			faults: 0.4,
			holders: [
				holder({beginAt: 169000, aim: ['ScheduledActions'], forMs: 236000}),
				holder({beginAt: 191000, aim: ['ScheduledActions'], forMs: 251000}),
			],
		}),
	},
	{
		name: 'it woke up as it was asked to release, was denied every read, and resumed blindly at once',
		schedule: schedule({
			seed: 12,
			denied: {operation: 'read', from: 35000, to: 243000},
			limit: {from: 0, to: 0},
			meddling: [{at: 241000, act: 'suspend', processes: ['ReplaceUnhealthy', 'AddToLoadBalancer']}],
			holders: [
				holder({
					forMs: 164000,
					net: 'none',
					releaseAfter: 35000,
					sleep: {after: 5000, ms: 208000, inCall: 4},
				}),
				holder({
					aim: ['ReplaceUnhealthy', 'ScheduledActions'],
					forMs: 60000,
					crash: {call: 8, applied: true, guardianToo: true},
				}),
			],
		}),
	},
	{
		name: 'a read that a sleep cut in two was thrown away, and no other came through',
		schedule: schedule({
			seed: 12,
			denied: {operation: 'read', from: 22000, to: 259000},
			limit: {from: 0, to: 0},
			meddling: [{at: 241000, act: 'suspend', processes: ['ReplaceUnhealthy', 'AddToLoadBalancer']}],
			holders: [
				holder({
					forMs: 150000,
					net: 'none',
					releaseAfter: 21000,
					sleep: {after: 5000, ms: 221000, inCall: 4},
				}),
				holder({
					aim: ['ReplaceUnhealthy', 'ScheduledActions'],
					forMs: 60000,
					crash: {call: 8, applied: true, guardianToo: true},
				}),
			],
		}),
	},
	{
		name: 'one failed read, and a hold stopped its fuse over what another had left to it',
		schedule: schedule({
			seed: 625336708,
			faults: 0.4,
			denied: {operation: 'resume', from: 0, to: 76000},
			holders: [
				holder({aim: ['InstanceRefresh'], forMs: 60000, releaseAfter: 0}),
				holder({beginAt: 18000, forMs: 60000, crash: {call: 19, applied: false, guardianToo: false}}),
				holder({forMs: 60000}),
			],
		}),
	},
	{
		name: 'two fuses had one deadline, and the run of one was taken for the other',
		schedule: schedule({
			seed: 1139293648,
			faults: 0.4,
			holders: [
				holder({aim: ['HealthCheck'], forMs: 291000}),
				holder({aim: ['ScheduledActions'], forMs: 273000, releaseAfter: 244000, credentialsMs: 653000}),
			],
		}),
	},
	{
		name: 'a start repeated to find its run was lost on its way, and armed a fuse after the end',
		schedule: schedule({
			seed: 56250885,
			faults: 0.4,
			holders: [
				holder({beginAt: 45000, aim: ['InstanceRefresh'], forMs: 878000, net: 'none'}),
				holder({beginAt: 32000, aim: ['HealthCheck'], forMs: 285000}),
				holder({
					aim: ['InstanceRefresh'],
					forMs: 778000,
					crash: {call: 39, applied: true, guardianToo: false},
				}),
			],
		}),
	},
	{
		name: 'reads were denied for good, and a guardian kept the entry for ever',
		schedule: schedule({
			seed: 184841408,
			queue: {from: 94000, to: 577000},
			holders: [
				holder({aim: ['AlarmNotification'], forMs: 882000}),
				holder({
					beginAt: 94000,
					aim: ['Launch'],
					forMs: 687000,
					releaseAfter: 136000,
					sleep: {after: 17000, ms: 787000, inCall: 4},
					credentialsMs: 467000,
				}),
			],
		}),
	},
];
