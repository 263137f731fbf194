// A connector in the words of Cozy's documentation. It says whose account it is, and counts its runs.
const { BaseKonnector, log, requestFactory } = require("@willcall/connector");

const request = requestFactory();

module.exports = new BaseKonnector(start);

async function start(fields, parameters) {
  const person = await request(parameters.userinfo, { auth: { bearer: fields.access_token } });
  const { runs = 0 } = this.getAccountData();
  await this.saveAccountData({ runs: runs + 1 });
  log("info", `Hello, ${person.name}. This is run ${runs + 1}.`);
}
