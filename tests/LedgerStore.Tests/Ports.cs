// A port for a program that has to be told one: nobody listens there now. Any thread.
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace LedgerStore.Tests;

internal static class Ports
{
    public static int Free()
    {
        using TcpListener any = new(IPAddress.Loopback, 0);
        any.Start();
        int port = ((IPEndPoint)any.LocalEndpoint).Port;
        Assert.True(port > 0);
        return port;
    }
}
