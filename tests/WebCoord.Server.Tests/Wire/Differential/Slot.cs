namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>The place of one connection and the session that outlives it. Notes all that the server sends there.
/// </summary>
internal sealed class Slot(int port)
{
    /// <summary>How long a server may take for an answer before it counts as silent; for the end of a connection that
    /// should end, too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The timeout of sessions that were made on the way: no sequence takes as long.</summary>
    private const int UsualTimeout = 40_000;

    private static readonly PlannedRequest SettlingPing = new(WireOp.Ping, "(settling ping)", _ => []);

    private readonly List<(int Xid, PlannedRequest Request)> _outstanding = [];
    private WireClient? _client;
    private long _session;
    private byte[]? _password;
    private int _lastXid;

    public List<Observed> Observed { get; } = [];

    /// <summary>The newest zxid that an ordinary reply told this session, as clients remember it.</summary>
    public long LastZxid { get; private set; }

    public Func<WireMessage, WireMessage?> Tamper { get; set; } = message => message;

    /// <summary>Begins a new act.</summary>
    public void Forget() => Observed.Clear();

    /// <summary>Sends requests in one segment and waits until the last one is answered or the connection ends.
    /// </summary>
    public async Task SendAsync(IReadOnlyList<PlannedRequest> requests, Scope scope)
    {
        await EnsureConnectedAsync();
        var segment = new List<byte>();
        foreach (var request in requests)
        {
            var xid = request.Xid ?? ++_lastXid;
            _outstanding.Add((xid, request));
            segment.AddRange(WireClient.Request(xid, request.Type, request.Body(scope)));
        }

        await SendAsync([.. segment]);
        await ReceiveAsync(untilEnd: requests.Any(request => request.Closes));
        if (requests.Any(request => request.Type == WireOp.CloseSession) && _client is null)
        {
            _session = 0;
        }
    }

    /// <summary>Sends bytes that should end the connection.</summary>
    public async Task BreakAsync(byte[] bytes)
    {
        await EnsureConnectedAsync();
        await SendAsync(bytes);
        await ReceiveAsync(untilEnd: true);
    }

    /// <summary>Makes a new connection in place of the one that there is.</summary>
    public async Task ConnectAsync(ConnectKind kind, int timeout)
    {
        var old = kind == ConnectKind.Replace ? _client : null;
        if (old is null)
        {
            await DropAsync();
        }

        var client = await WireClient.ConnectAsync(port);
        var frame = WireClient.Frame(HandshakeOf(kind, timeout).ToArray());
        await client.SendAsync(kind == ConnectKind.Truncated ? WireClient.Frame(frame.AsSpan(4, 20)) : frame);
        var answer = await client.ReceiveFrameAsync();
        if (old is not null)
        {
            await ReceiveAsync(untilEnd: true);
        }

        _client = client;
        await TakeAsync(kind, answer is null ? null : HandshakeAnswer.Read(answer));
    }

    /// <summary>Waits until everything that was under way to this connection has come: a ping trails it.</summary>
    public async Task SettleAsync()
    {
        if (_client is null)
        {
            return;
        }

        _outstanding.Add((-2, SettlingPing));
        await SendAsync(WireClient.Request(-2, WireOp.Ping, []));
        await ReceiveAsync(untilEnd: false);
    }

    /// <summary>Ends the connection, not the session.</summary>
    public async Task DropAsync()
    {
        _outstanding.Clear();
        _lastXid = 0;
        if (_client is { } client)
        {
            _client = null;
            await client.DisposeAsync();
        }
    }

    private async Task EnsureConnectedAsync()
    {
        // If the session is gone, the first attempt forgets it, and the second makes a new one.
        for (var attempt = 0; attempt < 2 && _client is null; attempt++)
        {
            await ConnectAsync(ConnectKind.Reattach, UsualTimeout);
        }
    }

    private Handshake HandshakeOf(ConnectKind kind, int timeout) => new()
    {
        ProtocolVersion = kind == ConnectKind.OddVersion ? 77 : 0,
        LastZxidSeen = kind switch
        {
            ConnectKind.AheadOfServer => long.MaxValue,
            ConnectKind.AtNewestZxid => LastZxid,
            _ => 0,
        },
        Timeout = timeout,
        SessionId = _session,
        Password = (kind, _password) switch
        {
            (ConnectKind.WrongPassword, { } password) => [.. password[..15], (byte)(password[15] ^ 1)],
            (ConnectKind.ShortPassword, { } password) => password[..8],
            (_, null) => new byte[16],
            var (_, password) => password,
        },
        ReadOnly = kind == ConnectKind.ReadOnly,
        HasReadOnly = kind != ConnectKind.WithoutReadOnly,
    };

    private async Task TakeAsync(ConnectKind kind, HandshakeAnswer? answer)
    {
        if (answer is null)
        {
            Observed.Add(Differential.Observed.Closed);
            await DropAsync();
            return;
        }

        Observed.Add(AnswerDecoder.Handshake(answer, answer.SessionId == _session ? _password : null));
        if (answer.IsValid)
        {
            (_session, _password) = (answer.SessionId, answer.Password);
            return;
        }

        await ReceiveAsync(untilEnd: true);
        if (kind is not (ConnectKind.WrongPassword or ConnectKind.ShortPassword))
        {
            // It is gone; with a wrong password it is not, as the next connection shows.
            (_session, _password) = (0, null);
        }
    }

    private async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _client!.SendAsync(bytes);
        }
        catch (IOException)
        {
            // The server has closed already; receiving will tell.
        }
    }

    /// <summary>Notes what comes until nothing is outstanding, or until the connection ends.</summary>
    private async Task ReceiveAsync(bool untilEnd)
    {
        while (_client is not null && (untilEnd || _outstanding.Count > 0))
        {
            WireMessage? message;
            try
            {
                message = await _client.ReceiveAsync(Patience);
            }
            catch (OperationCanceledException)
            {
                Observed.Add(Differential.Observed.Silence);
                await DropAsync();
                return;
            }

            if (message is null)
            {
                Observed.Add(Differential.Observed.Closed);
                await DropAsync();
                return;
            }

            if (Tamper(message) is { } taken)
            {
                Take(taken);
            }
        }
    }

    private void Take(WireMessage message)
    {
        if (message.IsNotification)
        {
            Observed.Add(AnswerDecoder.Event(message));
            return;
        }

        var index = _outstanding.FindIndex(entry => entry.Xid == message.Xid);
        var request = index < 0 ? null : _outstanding[index].Request;
        if (index >= 0)
        {
            _outstanding.RemoveAt(index);
        }

        if (message.Xid > 0)
        {
            LastZxid = Math.Max(LastZxid, message.Zxid);
        }

        Observed.Add(AnswerDecoder.Reply(message, request));
    }
}
