using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>
/// A plain connection to a Redis on this machine, for what tests ask it beside the code under test: one command, one
/// answer. Text is Latin-1, so that any bytes pass. Of certificates only the name is looked at.
/// </summary>
internal sealed class RespConnection : IDisposable
{
    /// <summary>Far longer than any answer takes on a loaded machine.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly byte[] _byte = new byte[1];

    private RespConnection(TcpClient client, Stream stream)
    {
        _client = client;
        _stream = stream;
    }

    public static async Task<RespConnection> ConnectAsync(int port, string? password = null, bool isTls = false)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync("127.0.0.1", port).WaitAsync(MaxWait);
            var connection = new RespConnection(client, await OpenAsync(client, isTls));
            if (password is not null)
            {
                await connection.AskAsync("AUTH", password);
            }

            return connection;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <exception cref="RespException">Redis answered with an error.</exception>
    /// <exception cref="OperationCanceledException">Redis did not answer.</exception>
    public async Task<RespAnswer> AskAsync(params string[] command)
    {
        using var patience = new CancellationTokenSource(MaxWait);
        var request = new StringBuilder();
        request.Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var word in command)
        {
            request.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        }

        await _stream.WriteAsync(Encoding.Latin1.GetBytes(request.ToString()), patience.Token);
        await _stream.FlushAsync(patience.Token);
        return await AnswerAsync(patience.Token);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private static async Task<Stream> OpenAsync(TcpClient client, bool isTls)
    {
        if (!isTls)
        {
            return new BufferedStream(client.GetStream());
        }

        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate?.Subject == RedisCertificates.Subject,
        }).WaitAsync(MaxWait);
        return new BufferedStream(stream);
    }

    private async Task<RespAnswer> AnswerAsync(CancellationToken cancellationToken)
    {
        var line = await LineAsync(cancellationToken);
        switch (line[0])
        {
            case '+' or ':':
                return new RespAnswer(line[1..], []);
            case '-':
                throw new RespException(line[1..]);
            case '$' when Length(line) >= 0:
                var bytes = new byte[Length(line) + 2];
                await _stream.ReadExactlyAsync(bytes, cancellationToken);
                return new RespAnswer(Encoding.Latin1.GetString(bytes, 0, bytes.Length - 2), []);
            case '*' when Length(line) >= 0:
                var items = new List<RespAnswer>();
                for (var i = Length(line); i > 0; i--)
                {
                    items.Add(await AnswerAsync(cancellationToken));
                }

                return new RespAnswer(null, items);
            default:
                return RespAnswer.Nil;
        }

        static int Length(string line) => int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
    }

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            await _stream.ReadExactlyAsync(_byte, cancellationToken);
            line.Append((char)_byte[0]);
        }

        return line.ToString(0, line.Length - 2);
    }
}
