using System.Net.Sockets;
using Microsoft.Extensions.Options;
using WebCoord.Server.Wire;
using WebCoord.TransactionLog;

namespace WebCoord.Server.Operations;

/// <summary>Tells the failures at start that a person can mend: what is wrong, and what to do, without a trace of
/// calls.</summary>
internal static class StartupFailures
{
    /// <summary>The text for the person; null for anything else, which is a bug and should look like one.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid =>
            "WebCoord does not start: its configuration is not valid.\n"
            + string.Join('\n', invalid.Failures.Select(problem => "  * " + problem)),
        AggregateException { InnerExceptions: var failures } when failures.All(inner => Explain(inner) is not null) =>
            string.Join('\n', failures.Select(Explain)),
        LogRefusedException or LogUnavailableException or WireUnavailableException or WireTlsException =>
            $"WebCoord does not start: {failure.Message}",
        IOException { InnerException: not null } => $"WebCoord does not start: it cannot listen. {failure.Message} "
            + "Stop the program that is there, or choose another address, such as Urls=http://localhost:5090.",
        SocketException => $"WebCoord does not start: it cannot listen ({failure.Message}). Choose an address and a "
            + "port that this machine and user may have, such as Urls=http://localhost:5090.",
        InvalidDataException => $"WebCoord does not start: {failure.Message} {failure.InnerException?.Message}",
        _ => null,
    };
}
