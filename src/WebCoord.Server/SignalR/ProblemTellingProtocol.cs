using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using WebCoord.Server.Contract;

namespace WebCoord.Server.SignalR;

/// <summary>SignalR's JSON protocol, except that every failed call ends in a problem document, also one that cannot be
/// bound to a method; and that an answer's turn ends here, when it is written.</summary>
internal sealed class ProblemTellingProtocol(IOptions<JsonHubProtocolOptions> options) : IHubProtocol
{
    private readonly JsonHubProtocol _json = new(options);

    public string Name => _json.Name;

    public int Version => _json.Version;

    public TransferFormat TransferFormat => _json.TransferFormat;

    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) =>
        HubProtocolExtensions.GetMessageBytes(this, message);

    /// <summary>The connection's write lock is held, so that what is sent after the turn ended is written behind.
    /// </summary>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is not CompletionMessage { Result: CallAnswer answer, InvocationId: { } id })
        {
            _json.WriteMessage(message, output);
            return;
        }

        try
        {
            _json.WriteMessage(
                new CompletionMessage(id, answer.Problem, answer.Body, hasResult: answer.Body is not null), output);
        }
        finally
        {
            answer.Written();
        }
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder,
        [NotNullWhen(true)] out HubMessage? message)
    {
        if (!_json.TryParseMessage(ref input, binder, out message))
        {
            return false;
        }

        message = message switch
        {
            InvocationBindingFailureMessage failure => Refusal(failure.InvocationId, failure.Target, Explain(failure)),
            StreamInvocationMessage stream =>
                Refusal(stream.InvocationId, stream.Target, $"{stream.Target} gives no stream: invoke it."),
            InvocationMessage { StreamIds.Length: > 0 } upload =>
                Refusal(upload.InvocationId, upload.Target, $"{upload.Target} takes exactly one object and no stream."),
            InvocationMessage { InvocationId: null or "", Arguments: [HubArguments arguments] } silent =>
                new InvocationMessage(null, silent.Target, [arguments with { IsAnswered = false }]),
            _ => message,
        };
        return true;
    }

    /// <summary>Makes SignalR answer with a problem. It puts the method's name before that, and the problem begins with
    /// the first brace.</summary>
    private static InvocationBindingFailureMessage Refusal(string? id, string method, string detail) =>
        new(id, method.Replace('{', '('),
            ExceptionDispatchInfo.Capture(HubProblem.Of(ProblemCatalog.BadArguments, detail)));

    /// <summary>SignalR itself reports a method that it does not know as a <see cref="HubException"/>.</summary>
    private static string Explain(InvocationBindingFailureMessage failure) =>
        failure.BindingFailure.SourceException is HubException
            ? $"The hub has no method {failure.Target}."
            : $"{failure.Target} takes exactly one object, nested at most 64 levels deep.";
}
