using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.FhirFacade.Conformance;

/// <summary>The rules: ours with the packages the site loaded on top, read again when those change, so that all copies of the facade judge alike.</summary>
sealed class Engines(StoreConnection store)
{
    // Looking at the list of packages costs a round trip; a change is seen after this time.
    static readonly TimeSpan Trusted = TimeSpan.FromSeconds(1);

    sealed record Loaded(string Fingerprint, ConformanceEngine Engine, long At);

    volatile Loaded? current;

    public async ValueTask<ConformanceEngine> CurrentAsync(CancellationToken cancellationToken)
    {
        if (current is { } known && TimeProvider.System.GetElapsedTime(known.At) < Trusted) return known.Engine;
        var packages = new PackageStore(store.Read);
        var fingerprint = await packages.FingerprintAsync(cancellationToken);
        var engine = current is { } before && before.Fingerprint == fingerprint ? before.Engine : await LoadAsync(packages, cancellationToken);
        current = new Loaded(fingerprint, engine, TimeProvider.System.GetTimestamp());
        return engine;
    }

    static async Task<ConformanceEngine> LoadAsync(PackageStore packages, CancellationToken cancellationToken)
    {
        var loaded = new List<ProfilePackage>();
        foreach (var package in await packages.ListAsync(cancellationToken))
        {
            var files = (await packages.ArtefactsAsync(package.Id, cancellationToken)).Select(artefact => new PackageFile(artefact.File, Encoding.UTF8.GetBytes(artefact.Json)));
            loaded.Add(PackageReader.Read(new PackageContent(package.Name, package.Version, package.Hash, [.. files], [])));
        }

        return loaded.Count == 0 ? ConformanceEngine.Shipped : ConformanceEngine.Shipped.With(loaded);
    }
}
