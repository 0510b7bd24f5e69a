using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>SignalR's JSON protocol, except that a call which cannot be bound to a method ends in a problem document
/// instead of an unexplained failure.</summary>
internal sealed class ProblemTellingProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    private readonly JsonHubProtocol _json = new(options);

    public string Name => _json.Name;

    public int Version => _json.Version;

    public TransferFormat TransferFormat => _json.TransferFormat;

    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _json.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _json.WriteMessage(message, output);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder,
        [NotNullWhen(true)] out HubMessage? message)
    {
        if (!_json.TryParseMessage(ref input, binder, out message))
        {
            return false;
        }

        if (message is InvocationBindingFailureMessage failure)
        {
            message = new InvocationBindingFailureMessage(failure.InvocationId, failure.Target,
                ExceptionDispatchInfo.Capture(HubProblem.Of(ProblemCatalog.BadArguments, Explain(failure))));
        }

        return true;
    }

    /// <summary>SignalR itself reports a method that it does not know as a <see cref="HubException"/>.</summary>
    private static string Explain(InvocationBindingFailureMessage failure) =>
        failure.BindingFailure.SourceException is HubException
            ? $"The hub has no method {failure.Target}."
            : $"{failure.Target} takes exactly one object, nested at most 64 levels deep.";
}
