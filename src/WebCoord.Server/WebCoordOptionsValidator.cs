using System.Buffers.Text;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using FluentValidation;
using Microsoft.Extensions.Options;
using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Security;
using WebCoord.Server.Wire.FourLetterWords;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.Server;

/// <summary>The rules that the values of <see cref="WebCoordOptions"/> keep. Each failure names the key in full, its
/// value and what to set instead.</summary>
internal sealed partial class WebCoordOptionsValidator : AbstractValidator<WebCoordOptions>,
    IValidateOptions<WebCoordOptions>
{
    /// <summary>A batch of the log; a queue must take at least one.</summary>
    private const long MinQueuedBytes = 4 << 20;

    private const int MaxPrefixLength = 200;

    public WebCoordOptionsValidator()
    {
        LogRules();
        Rule(options => options.Instance.Name, name => name is null || IsShortText(name),
            _ => "Set it to 1 to 200 printable characters.");
        Rule(options => options.Instance.Address, address => address is null || IsHttpAddress(address),
            _ => "Set it to where clients reach this instance, such as http://coord-1.example:5080.");
        Rule(options => options.Instance.DrainMs, drain => drain is null or (>= 0 and <= 600_000),
            _ => "Set it to 0 to 600000.");
        Rule(options => options.Instance.FeatureLevel, level => level is null or >= 1, _ => "Set it to at least 1.");
        SessionRules();
        LimitRules();
        ZooKeeperRules();
        TlsRules();
        EachRule(options => options.Security.KnownProxies, KnownProxies.IsProxy,
            "Set it to the address of a proxy, such as 192.0.2.7, or to a network of them, such as 10.0.0.0/8.");
        EachRule(options => options.Security.AllowedHosts, HostPolicy.IsPattern,
            "Set it to a host name or address without port, such as coord.example, or to * for any.");
        EachRule(options => options.Security.AllowedOrigins, OriginPolicy.IsOrigin,
            "Set it to scheme, host and port alone, such as https://app.example.");
    }

    public ValidateOptionsResult Validate(string? name, WebCoordOptions options)
    {
        var failures = Validate(options).Errors.Select(failure => failure.ErrorMessage).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private void ZooKeeperRules()
    {
        Range(options => options.ZooKeeper.Port, 0, 65_535);
        Range(options => options.ZooKeeper.MaxFrameBytes, 1_024, 4 << 20);
        Range(options => options.ZooKeeper.MaxConnectionsPerAddress, 0, int.MaxValue);
        Range(options => options.ZooKeeper.MaxWatchesPerConnection, 1, int.MaxValue);
        EachRule(options => options.ZooKeeper.FourLetterWords, FourLetterWordTable.IsKnown,
            $"Set it to one of {string.Join(", ", FourLetterWordTable.All.Select(word => word.Name))}, or to * for "
                + "all.");
        Rule(options => options.ZooKeeper.SuperDigest, digest => digest is null || IsDigest(digest),
            _ => "Set it to user:base64(sha1(user:password)), for example from: "
                + "printf '%s' super:secret | openssl sha1 -binary | base64");
    }

    private void TlsRules()
    {
        Range(options => options.ZooKeeper.TlsPort, 0, 65_535);
        Rule(options => options.ZooKeeper.TlsPort, (options, port) => port == 0 || port != options.ZooKeeper.Port,
            _ => "That is WebCoord:ZooKeeper:Port, too. Set it to another port, or one of the two to 0.");
        Rule(options => options.ZooKeeper.TlsCertificate,
            (options, path) => options.ZooKeeper.TlsPort == 0 || !string.IsNullOrWhiteSpace(path),
            _ => "Set it to the PEM or PFX file of the server's certificate, or WebCoord:ZooKeeper:TlsPort to 0.");
        Rule(options => options.ZooKeeper.TlsClientAuth, auth => auth is null or "need" or "want" or "none",
            _ => "Set it to need, want or none.");
        Rule(options => options.ZooKeeper.TlsTrustedCertificates,
            (options, path) => !string.IsNullOrWhiteSpace(path)
                || (path is null && options.ZooKeeper.EffectiveTlsClientAuth is not ("need" or "want")),
            _ => "Set it to a PEM file of the certificates that those of clients lead to, or "
                + "WebCoord:ZooKeeper:TlsClientAuth to none.");
        Rule(options => options.ZooKeeper.SuperCertificate, subject => subject is null || IsSubject(subject),
            _ => "Set it to the subject as whoAmI tells it: the last part first, without spaces around commas, such as "
                + "CN=admin,O=example.");
    }

    private void LogRules()
    {
        Rule(options => options.Log.Kind, kind => kind is "sqlite" or "redis" or "memory",
            _ => "Set it to sqlite (durable), redis (durable and shared) or memory (lost with the process).");
        Rule(options => options.Log.Sqlite.Path, path => !string.IsNullOrWhiteSpace(path),
            _ => "Set it to a file, such as data/webcoord.db.");
        RedisRules();
        Range(options => options.Log.SnapshotRequests, 1, int.MaxValue);
        Range(options => options.Log.SnapshotBytes, 1, long.MaxValue);
        Range(options => options.Log.MaxQueuedRequests, 1, 10_000_000);
        Range(options => options.Log.MaxQueuedBytes, MinQueuedBytes, long.MaxValue);
    }

    private void RedisRules()
    {
        RuleFor(options => options.Log.Redis.Configuration)
            .Must(text => RedisLogOptions.MistakeIn(text) is null)
            .WithMessage((_, text) => RedisLogOptions.MistakeIn(text));
        Rule(options => options.Log.Redis.Prefix,
            prefix => prefix.Length is > 0 and <= MaxPrefixLength
                && !prefix.Any(c => c is '{' or '}' || char.IsWhiteSpace(c) || char.IsControl(c)),
            _ => "Set it to 1 to 200 characters without braces and white space.");
        Range(options => options.Log.Redis.TimeoutMs, 100, 60_000);
    }

    private void SessionRules()
    {
        Range(options => options.Sessions.TickMs, 10, 60_000);
        Rule(options => options.Sessions.MinTimeoutMs, (options, timeout) => timeout >= 4L * options.Sessions.TickMs,
            options => Invariant($"Set it to at least 4 ticks, {4L * options.Sessions.TickMs}."));
        Rule(options => options.Sessions.MaxTimeoutMs,
            (options, timeout) => timeout >= options.Sessions.MinTimeoutMs,
            options => Invariant(
                $"Set it to at least WebCoord:Sessions:MinTimeoutMs, {options.Sessions.MinTimeoutMs}."));
        Range(options => options.Sessions.PongTimeoutMs, 1_000, 3_600_000);
        Range(options => options.Sessions.ReapIntervalMs, 100, 86_400_000);
    }

    private void LimitRules()
    {
        Range(options => options.Limits.MaxDataBytes, 1, Settings.MaxContentBytes);
        Range(options => options.Limits.MaxTransactionBytes, 1, Settings.MaxContentBytes);
        Range(options => options.Limits.MaxNodes, 1, long.MaxValue);
        Range(options => options.Limits.MaxBytes, 1, long.MaxValue);
        Range(options => options.Limits.MaxRecursiveDelete, 1, 1_000_000);
        Range(options => options.Limits.MaxWatchesPerConnection, 1, int.MaxValue);
        Range(options => options.Limits.MaxQueuedEventsPerConnection, 1, int.MaxValue);
    }

    private void Range(Expression<Func<WebCoordOptions, int>> property, int least, int most) =>
        Rule(property, value => value >= least && value <= most, _ => RangeText(least, most, int.MaxValue));

    private void Range(Expression<Func<WebCoordOptions, long>> property, long least, long most) =>
        Rule(property, value => value >= least && value <= most, _ => RangeText(least, most, long.MaxValue));

    private void Rule<T>(Expression<Func<WebCoordOptions, T>> property, Predicate<T> holds,
        Func<WebCoordOptions, string> fix) => Rule(property, (_, value) => holds(value), fix);

    private void Rule<T>(Expression<Func<WebCoordOptions, T>> property, Func<WebCoordOptions, T, bool> holds,
        Func<WebCoordOptions, string> fix) => RuleFor(property).Must(holds)
        .WithMessage((options, value) => Invariant($"{KeyOf(property)} is '{value}'. {fix(options)}"));

    private void EachRule(Expression<Func<WebCoordOptions, IEnumerable<string>>> property, Predicate<string> holds,
        string fix) => RuleForEach(property).Must(value => holds(value))
        .WithMessage((_, value) => $"{KeyOf(property)} has '{value}'. {fix}");

    /// <summary>The configuration key of a property: the members of the expression, joined by colons.</summary>
    private static string KeyOf(LambdaExpression property)
    {
        var names = new Stack<string>();
        for (var member = property.Body as MemberExpression; member is not null;
            member = member.Expression as MemberExpression)
        {
            names.Push(member.Member.Name);
        }

        return $"{WebCoordOptions.Section}:{string.Join(':', names)}";
    }

    private static string RangeText(long least, long most, long unlimited) => most == unlimited
        ? Invariant($"Set it to at least {least}.")
        : Invariant($"Set it to {least} to {most}.");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool IsShortText(string text) => text.Length is > 0 and <= 200 && !text.Any(char.IsControl);

    private static bool IsHttpAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https");

    /// <summary>Another way to write it would never equal what certificates are called.</summary>
    private static bool IsSubject(string text) =>
        DistinguishedName.IsValid(text) && !SpaceAround().IsMatch(text);

    [GeneratedRegex(@"(?<!\\)[,=+;] | [,=+;]|^ |(?<!\\)[; ]$")]
    private static partial Regex SpaceAround();

    private static bool IsDigest(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Base64.IsValid(text.AsSpan(colon + 1), out var bytes) && bytes == 20;
    }
}
