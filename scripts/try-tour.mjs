import {openScreen, wait} from './program-screen.js';
import {writeFileSync} from 'node:fs';
const [cols,rows]=(process.argv[2]??'100x30').split('x').map(Number);
const s=openScreen({file:process.execPath,args:['bin/unflap.js','demo','--tour'],columns:cols,rows,environment:process.env,folder:process.cwd()});
let last='';const t0=performance.now();const frames=[];
while(!s.state.exit && performance.now()-t0<180000){await wait(200);const t=s.text();const foot=t.split('\n').at(-1);
 if(foot!==last){last=foot;console.log(((performance.now()-t0)/1000).toFixed(1),foot.slice(0,120));}
 frames.push([performance.now()-t0,t]);}
console.log(s.state.exit, ((performance.now()-t0)/1000).toFixed(1)); writeFileSync('/tmp/tourframes.json',JSON.stringify(frames)); console.log(s.text().trim());
