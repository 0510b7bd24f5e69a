using System.Net;
using System.Net.Sockets;

namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>Ports for servers that must be told theirs. They lie below those that the kernel gives to clients, so that
/// none is taken between the look and the start.</summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _last = Random.Shared.Next(Count);

    /// <summary>A loopback port that nobody listens on, another one with every call.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _last) & int.MaxValue) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }
    }

    /// <summary>A number that makes a port that nobody listens on with each of the digits 1, 2 and 3 behind it.
    /// </summary>
    public static int NextTen()
    {
        while (true)
        {
            // All ten are passed over, for those who ask later.
            var after = Interlocked.Add(ref _last, 20) & int.MaxValue;
            var ten = (First + (after % Count) - 10) / 10;
            if (IsFree((ten * 10) + 1) && IsFree((ten * 10) + 2) && IsFree((ten * 10) + 3))
            {
                return ten;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
