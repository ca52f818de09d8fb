/** Makes a process believe that it is Node 20; its child behind the door is told the truth. An argument for `--import`. */
export const pretendOldNode = `data:text/javascript,${encodeURIComponent(
	"if (!process.env.UNFLAP_DOOR_FD) Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.11.0'}});",
)}`;
