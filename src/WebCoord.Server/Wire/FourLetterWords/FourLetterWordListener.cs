using System.Collections.Frozen;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Options;

namespace WebCoord.Server.Wire.FourLetterWords;

/// <summary>Looks at the first four bytes of a connection, where a client has the length of its connect request and an
/// operator a word, and answers the word.</summary>
internal sealed class FourLetterWordListener(ServiceReport report, IOptions<WebCoordOptions> options)
{
    private const string NotServing = "This ZooKeeper instance is not currently serving requests\n";

    private readonly FrozenSet<string> _allowed = Allowed(options.Value.ZooKeeper.FourLetterWords);

    /// <summary>Answers a word if there is one.</summary>
    /// <returns>Whether nothing is left to be done for the connection. If not, nothing of its input was taken.
    /// </returns>
    public async Task<bool> TryAnswerAsync(WireConnection connection, IDuplexPipe transport,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync(cancellationToken);
            if (!read.IsCanceled && FrameReader.TryReadLength(read.Buffer, out var number))
            {
                if (number == FourLetterWordTable.TelnetClose)
                {
                    return true;
                }

                if (!FourLetterWordTable.ByNumber.TryGetValue(number, out var word))
                {
                    transport.Input.AdvanceTo(read.Buffer.Start);
                    return false;
                }

                if (read.Buffer.Length >= sizeof(int) + word.ArgumentBytes)
                {
                    transport.Input.AdvanceTo(read.Buffer.End);
                    connection.Statistics.FramesReceived(1);
                    await SendAsync(AnswerTo(word), transport, cancellationToken);
                    connection.Statistics.FramesSent(1);
                    return true;
                }
            }

            transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return true;
            }
        }
    }

    /// <summary>The answer, with the words that old scripts look for.</summary>
    private string AnswerTo(FourLetterWord word) =>
        !_allowed.Contains(word.Name) ? $"{word.Name} is not executed because it is not in the whitelist.\n"
        : word.NeedsService && !report.IsServing ? NotServing
        : word.Answer(report);

    /// <summary>All goes out at once, because some clients read once. What has come meanwhile, such as an end of line,
    /// is taken: left unread, it would have the connection reset, and the answer might be lost.</summary>
    private static async Task SendAsync(string answer, IDuplexPipe transport, CancellationToken cancellationToken)
    {
        await transport.Output.WriteAsync(Encoding.UTF8.GetBytes(answer), cancellationToken);
        while (transport.Input.TryRead(out var rest))
        {
            transport.Input.AdvanceTo(rest.Buffer.End);
            if (rest.IsCompleted || rest.IsCanceled)
            {
                return;
            }
        }
    }

    private static FrozenSet<string> Allowed(IList<string> configured) =>
        configured.Contains(FourLetterWordTable.Every)
            ? FourLetterWordTable.All.Select(word => word.Name).ToFrozenSet(StringComparer.Ordinal)
            : (configured.Count > 0 ? configured : FourLetterWordTable.Default).ToFrozenSet(StringComparer.Ordinal);
}
