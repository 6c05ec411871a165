# A client on slixmpp as its documentation has it: logs in, asks for the contact list, and says that it is there.
import sys

import slixmpp

host, port, jid, password, cafile = sys.argv[1:]


class Client(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.ca_certs = cafile
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.add_event_handler("session_start", self.start)

    async def start(self, _event):
        await self.get_roster()
        self.send_presence()


client = Client()
client.connect((host, int(port)))
client.process(forever=True)
