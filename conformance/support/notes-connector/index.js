// Says two things in the format of Cozy's connectors, and takes long enough to be seen running.
const say = (type, message) => console.log(JSON.stringify({ time: new Date().toISOString(), type, message }));

say("info", "Looking for notes");
setTimeout(() => say("warn", "One note is empty"), 1500);
