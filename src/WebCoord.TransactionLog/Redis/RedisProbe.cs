using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using StackExchange.Redis;

namespace WebCoord.TransactionLog.Redis;

/// <summary>Finds out why no connection comes about, by saying a few words to each address: the client library tells
/// hardly more than that it failed.</summary>
internal sealed class RedisProbe(RedisLogOptions options)
{
    private readonly ConfigurationOptions _configuration = RedisConnectionString.Parse(options);

    /// <summary>What a person must set right; null if it is not a matter of settings, as far as one can see.</summary>
    public async Task<string?> ExplainAsync(CancellationToken cancellationToken)
    {
        var reasons = await Task.WhenAll(_configuration.EndPoints.Select(async address =>
            await ExplainAsync(address, cancellationToken) is { } reason
                ? $"Redis at {RedisMaster.NameOf(address)} {reason}"
                : null));
        return reasons.FirstOrDefault(reason => reason is not null);
    }

    private async Task<string?> ExplainAsync(EndPoint address, CancellationToken cancellationToken)
    {
        var (talks, reason) = await TalkAsync(address, _configuration.Ssl, _configuration.Password, cancellationToken);

        // Where the connection is not as it was asked for, the password is not said.
        if (talks || !(await TalkAsync(address, !_configuration.Ssl, null, cancellationToken)).Talks)
        {
            return reason;
        }

        return _configuration.Ssl
            ? "does not speak TLS. Leave ssl=true out of WebCoord:Log:Redis:Configuration, or name its TLS port there"
            : "speaks nothing but TLS. Add ssl=true to WebCoord:Log:Redis:Configuration, or name its plain port there";
    }

    /// <summary>Whether a conversation comes about that way, and what in it is to be set right.</summary>
    private async Task<(bool Talks, string? Reason)> TalkAsync(EndPoint address, bool securely, string? password,
        CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Timeout);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, patience.Token);
            await using var plain = new NetworkStream(socket);
            return (true, securely
                ? await GreetSecurelyAsync(plain, address, password, patience.Token)
                : await GreetAsync(plain, password, patience.Token));
        }
        catch (Exception failure)
            when (failure is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (false, null);
        }
    }

    private async Task<string?> GreetSecurelyAsync(Stream plain, EndPoint address, string? password,
        CancellationToken cancellationToken)
    {
        var host = _configuration.SslHost is { Length: > 0 } named ? named : HostOf(address);
        var trust = RedisConnectionString.TrustOf(options);
        var distrust = SslPolicyErrors.None;
        await using var secure = new SslStream(plain, true, (sender, certificate, chain, errors) =>
        {
            var isTrusted = trust(sender, certificate, chain, errors);
            distrust = isTrusted ? SslPolicyErrors.None : errors;
            return isTrusted;
        });
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host }, cancellationToken);
        }
        catch (AuthenticationException) when (distrust != SslPolicyErrors.None)
        {
            return distrust.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? $"has a certificate that is not for {host}. Add sslHost=<its name> to "
                    + "WebCoord:Log:Redis:Configuration"
                : "has a certificate that is not trusted here. Name a PEM file of its authority's certificate in "
                    + "WebCoord:Log:Redis:TlsTrustedCertificates";
        }

        return await GreetAsync(secure, password, cancellationToken);
    }

    private static async Task<string?> GreetAsync(Stream stream, string? password, CancellationToken cancellationToken)
    {
        var hasPassword = !string.IsNullOrEmpty(password);
        if (hasPassword)
        {
            var bytes = Encoding.UTF8.GetByteCount(password!);
            var answer = await AskAsync(stream, $"*2\r\n$4\r\nAUTH\r\n${bytes}\r\n{password}\r\n", cancellationToken);
            if (Explain(answer, hasPassword) is { } reason)
            {
                return reason;
            }
        }

        return Explain(await AskAsync(stream, "*1\r\n$4\r\nPING\r\n", cancellationToken), hasPassword);
    }

    private static string? Explain(string answer, bool hasPassword) => answer switch
    {
        _ when answer.StartsWith("-WRONGPASS", StringComparison.Ordinal) =>
            "does not accept the password. Set password=... in WebCoord:Log:Redis:Configuration to its requirepass",
        _ when answer.StartsWith("-NOAUTH", StringComparison.Ordinal) && !hasPassword =>
            "wants a password. Add password=... to WebCoord:Log:Redis:Configuration",
        _ when answer.StartsWith("-DENIED", StringComparison.Ordinal) =>
            "is in protected mode and takes only connections from its own machine. Set a password there (requirepass) "
            + "and here, or bind it to the right address and set protected-mode no",
        _ => null,
    };

    /// <summary>The beginning of the answer.</summary>
    /// <exception cref="IOException">There is none, or none of Redis.</exception>
    private static async Task<string> AskAsync(Stream stream, string command, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        var answer = new byte[512];
        var read = await stream.ReadAsync(answer, cancellationToken);
        return read > 0 && answer[0] is (byte)'+' or (byte)'-'
            ? Encoding.Latin1.GetString(answer, 0, read)
            : throw new IOException("This is no answer of Redis.");
    }

    private static string HostOf(EndPoint address) => address switch
    {
        DnsEndPoint named => named.Host,
        IPEndPoint numbered => numbered.Address.ToString(),
        _ => "",
    };
}
